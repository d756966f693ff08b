// The argument is the number of clients, 200 by default.
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request, type RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { startUpstream } from '../helpers/upstream.ts'
import { ask, kill, startChild } from './children.ts'
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
    Readable.from(content.pieces()).pipe(response)
  })
  const get = async (path: string) => {
    const answer = await answerTo(gateway.request('GET', path).end())
    if (answer.statusCode !== 200) throw new Error(`${path} was answered with ${answer.statusCode}`)
    return answer
  }
  const usual = await gateway.memoryAtWork(async (path) => await isWhole(await get(path), contentOf(path)))

  const answers = await Promise.all(clients.map(async (number) => await get(`/10/${number}`)))
  const received = await gateway.stall()
  const waiting = await gateway.memory()
  const whole = await Promise.all(answers.map(async (answer, number) => await isWhole(answer, contentOf(`/10/${number}`))))
  const moving = await gateway.memory()

  t.ok(received < clients.length * 10 * megabyte, 'the gateway reads no more than its clients')
  t.ok(whole.every(Boolean), 'every answer arrives whole')
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
    Readable.from(contentOf(path).pieces()).pipe(upload)
    const answer = await answerTo(upload)
    answer.resume()
    return answer.statusCode
  }
  const usual = await gateway.memoryAtWork(post)

  const uploads = clients.map(async (number) => await post(`/10/${number}`))
  // An upload that fails would leave the room waiting forever.
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

/** A gateway in a process of its own, so that its memory is nobody else's. */
async function startGateway (t: Test, listener: RequestListener) {
  const targets = await startUpstream(t, 'latest', listener)
  // Who waits here may wait for as long as the machine takes.
  const upstream = { targets, connections: clients.length, timeouts: { connect: 0, headers: 0, idle: 0 } }
  const { child, first: { http1 } } = await startChild<{ http1: string }>('gateway.ts', [JSON.stringify({ latest: { upstream } })])
  t.teardown(() => kill(child))

  /** In bytes: what is in use, and what was resident at most since it was last asked. */
  async function memory () {
    const { now, peak } = await ask<Stock>(child, 'figures')
    return { held: now.heap + now.external, peak: peak.resident }
  }

  return {
    request: (method: string, path: string): ClientRequest => request(`${http1}${path}`, { method, agent: false }),
    /** Waits until everybody waits for somebody else. @returns bytes that the gateway has received over open connections */
    stall: async () => await ask<number>(child, 'stall'),
    memory,
    /** What fast clients take: garbage that V8 has not collected yet, pages that malloc keeps. Slow ones take that too, and more. */
    memoryAtWork: async (exchange: (path: string) => Promise<unknown>) => {
      for (let round = 0; round < 2; round++) await Promise.all(clients.map(async (number) => await exchange(`/2/${number}`)))
      return await memory()
    }
  }
}

/** What a path stands for: /MEGABYTES/NUMBER. */
function contentOf (path: string): Content {
  const [, megabytes, number] = path.split('/').map(Number)
  return new Content('content', number!, megabytes! * megabyte)
}

async function answerTo (request: ClientRequest): Promise<IncomingMessage> {
  const [answer] = await once(request, 'response') as [IncomingMessage]
  return answer
}

async function isWhole (body: IncomingMessage, content: Content): Promise<boolean> {
  let isRight = true
  for await (const chunk of body) isRight &&= content.isNext(chunk)
  return isRight && content.isWhole
}

/** Where uploads wait until all are there. */
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
