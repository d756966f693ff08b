// An open-loop load generator. wrk sends as fast as it can, and autocannon sends each second's requests in a burst, so
// neither measures the latency of a gateway below saturation.
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { readSetting } from '../measure/setting.ts'
import type { Load } from './load.ts'
import type { Latency } from './open-loop.ts'

const { port, traffic, connections, seconds, rate } = readSetting<Load & { port: number, rate: number }>()
const requests = requestsOf(traffic)
const histogram = createHistogram()
const idle: Client[] = []
/** Due times of requests that wait for an idle client. */
const waiting: number[] = []
let sent = 0
let completed = 0

/** A connection with at most one request in flight. */
class Client {
  readonly #socket: Socket
  #due = 0
  #head = ''
  #unread = 0

  constructor (socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true).on('data', (chunk: Buffer) => this.#read(chunk)).on('error', fail).on('close', () => fail(new Error('the server closed a connection')))
  }

  send (due: number): void {
    this.#due = due
    this.#socket.write(requests[sent++ % requests.length]!)
  }

  #read (chunk: Buffer): void {
    if (this.#unread > 0) this.#unread -= chunk.length
    else {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end === -1) return
      if (!this.#head.startsWith('HTTP/1.1 200')) return fail(new Error(this.#head.slice(0, end)))
      this.#unread = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#head)![1]) - (this.#head.length - end - 4)
      this.#head = ''
    }
    if (this.#unread > 0) return
    histogram.record(Math.max(1, Math.round((performance.now() - this.#due) * 1e6)))
    completed++
    const due = waiting.shift()
    if (due === undefined) idle.push(this)
    else this.send(due)
  }
}

for (let index = 0; index < connections; index++) idle.push(new Client(connect(port, '127.0.0.1')))
const start = performance.now()
// Arrivals are a Poisson process. With even intervals, requests would never overlap.
let next = start
const isOver = (): boolean => performance.now() - start >= seconds * 1000 && completed === sent
while (!isOver()) {
  await new Promise((resolve) => setTimeout(resolve, 1))
  const now = performance.now()
  for (; next <= now && next - start < seconds * 1000; next -= Math.log(1 - Math.random()) * 1000 / rate) {
    const client = idle.pop()
    if (client === undefined) waiting.push(now)
    else client.send(now)
  }
}
console.log(JSON.stringify({ p50: histogram.percentile(50) / 1e6, p99: histogram.percentile(99) / 1e6 } satisfies Latency))
process.exit(0)

function requestsOf ({ method, path, headers, bodyBytes, tokens }: Load['traffic']): Buffer[] {
  const fields = Object.entries({ host: '127.0.0.1', ...headers, ...bodyBytes > 0 && { 'content-length': bodyBytes } })
  const head = [`${method} ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n')
  const body = Buffer.alloc(bodyBytes, 'x')
  const lines = tokens === null ? [''] : readFileSync(tokens, 'utf8').split('\n').map((token) => `\r\nauthorization: Bearer ${token}`)
  return lines.map((line) => Buffer.concat([Buffer.from(`${head}${line}\r\n\r\n`), body]))
}

function fail (error: Error): void {
  console.error(error.message)
  process.exit(1)
}
