// The argument is the number of clients. Default: 200.
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request, type RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { startUpstream } from '../helpers/upstream.ts'
import { query, kill, startChild } from './children.ts'
import { Content } from './content.ts'
import type { Stock } from './figures.ts'

// Two hundred clients move four gigabytes, which takes minutes on a busy machine.
t.setTimeout(300_000)

const megabyte = 1024 * 1024
const clients = Array.from({ length: Number(process.argv[2] ?? 200) }, (_, number) => number)

t.test(`${clients.length} slow readers of 10 MB use less than 64 MB`, async (t) => {
  const gateway = await startGateway(t, ({ url }, response) => {
    const content = contentOf(url!)
    response.setHeader('content-length', content.length)
    Readable.from(content.chunks()).pipe(response)
  })
  const get = async (path: string) => {
    const response = await responseTo(gateway.request('GET', path).end())
    if (response.statusCode !== 200) throw new Error(`${path} returned ${response.statusCode}`)
    return response
  }
  const usual = await gateway.memoryAtWork(async (path) => await isWhole(await get(path), contentOf(path)))

  const responses = await Promise.all(clients.map(async (number) => await get(`/10/${number}`)))
  const received = await gateway.stall()
  const waiting = await gateway.memory()
  const whole = await Promise.all(responses.map(async (response, number) => await isWhole(response, contentOf(`/10/${number}`))))
  const moving = await gateway.memory()

  t.ok(received < clients.length * 10 * megabyte, 'the gateway reads no more than its clients')
  t.ok(whole.every(Boolean), 'every response is complete')
  t.ok(inMegabytes(waiting.held - usual.held) < 64, `they hold ${inMegabytes(waiting.held - usual.held)} MB`)
  t.ok(inMegabytes(waiting.peak - usual.peak) < 64, `waiting, they take ${inMegabytes(waiting.peak - usual.peak)} MB`)
  t.ok(inMegabytes(moving.peak - usual.peak) < 64, `moving, they take ${inMegabytes(moving.peak - usual.peak)} MB`)
})

t.test(`${clients.length} slow uploads of 10 MB use less than 64 MB`, async (t) => {
  const waitingRoom = new WaitingRoom(clients.length)
  const gateway = await startGateway(t, async (upload, response) => {
    const content = contentOf(upload.url!)
    if (content.length === 10 * megabyte) await waitingRoom.wait()
    response.statusCode = await isWhole(upload, content) ? 200 : 500
    response.end()
  })
  const post = async (path: string) => {
    const upload = gateway.request('POST', path)
    Readable.from(contentOf(path).chunks()).pipe(upload)
    const response = await responseTo(upload)
    response.resume()
    return response.statusCode
  }
  const usual = await gateway.memoryAtWork(post)

  const uploads = clients.map(async (number) => await post(`/10/${number}`))
  // A failed upload would leave the others waiting forever.
  await Promise.race([waitingRoom.isFull, Promise.all(uploads)])
  const received = await gateway.stall()
  const waiting = await gateway.memory()
  waitingRoom.open()
  const statuses = await Promise.all(uploads)
  const moving = await gateway.memory()

  t.ok(received < 2000 * megabyte, 'the gateway reads no more than the upstream')
  t.ok(statuses.every((status) => status === 200), 'every upload arrives whole')
  t.ok(inMegabytes(waiting.held - usual.held) < 64, `they hold ${inMegabytes(waiting.held - usual.held)} MB`)
  t.ok(inMegabytes(waiting.peak - usual.peak) < 64, `waiting, they take ${inMegabytes(waiting.peak - usual.peak)} MB`)
  t.ok(inMegabytes(moving.peak - usual.peak) < 64, `moving, they take ${inMegabytes(moving.peak - usual.peak)} MB`)
})

/** Starts a gateway in its own process, so that all memory belongs to it. */
async function startGateway (t: Test, listener: RequestListener) {
  const targets = await startUpstream(t, 'latest', listener)
  // Slow machines may take as long as they need.
  const upstream = { targets, connections: clients.length, timeouts: { connect: 0, headers: 0, idle: 0 } }
  const { child, first: { http1 } } = await startChild<{ http1: string }>('gateway.ts', [JSON.stringify({ latest: { upstream } })])
  t.teardown(() => kill(child))

  /** The memory in use and the peak resident memory since the last query, in bytes. */
  async function memory () {
    const { now, peak } = await query<Stock>(child, 'figures')
    return { held: now.heap + now.external, peak: peak.resident }
  }

  return {
    request: (method: string, path: string): ClientRequest => request(`${http1}${path}`, { method, agent: false }),
    /** Waits until all peers wait for each other. @returns the bytes that the gateway has received over open connections */
    stall: async () => await query<number>(child, 'stall'),
    memory,
    /** The memory that fast clients need: garbage that V8 has not collected yet, and pages that malloc keeps. */
    memoryAtWork: async (exchange: (path: string) => Promise<unknown>) => {
      for (let round = 0; round < 2; round++) await Promise.all(clients.map(async (number) => await exchange(`/2/${number}`)))
      return await memory()
    }
  }
}

/** Returns the content of a path: /MEGABYTES/NUMBER. */
function contentOf (path: string): Content {
  const [, megabytes, number] = path.split('/').map(Number)
  return new Content('content', number!, megabytes! * megabyte)
}

async function responseTo (request: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(request, 'response') as [IncomingMessage]
  return response
}

async function isWhole (body: IncomingMessage, content: Content): Promise<boolean> {
  let isRight = true
  for await (const chunk of body) isRight &&= content.isNext(chunk)
  return isRight && content.isWhole
}

/** Holds uploads until all have arrived. */
class WaitingRoom {
  readonly isFull: Promise<void>
  readonly #isOpen: Promise<void>
  #enter = (): void => {}
  open = (): void => {}

  constructor (places: number) {
    this.#isOpen = new Promise((resolve) => { this.open = resolve })
    this.isFull = new Promise((resolve) => { this.#enter = () => { if (--places === 0) resolve() } })
  }

  async wait (): Promise<void> {
    this.#enter()
    await this.#isOpen
  }
}

function inMegabytes (bytes: number): number {
  return Math.round(bytes / megabyte)
}
