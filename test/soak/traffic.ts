import { Agent } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { setTimeout as pause } from 'node:timers/promises'
import { exchange, type Plan } from './http-client.ts'
import { mayFail, oddPlan, overHttp1, overHttp2 } from './odd-client.ts'
import { judge, type Outcome, Watch } from './outcome.ts'
import { Random } from './random.ts'
import type { Targets, Version } from './targets.ts'
import { converse } from './web-socket-client.ts'

const kilobyte = 1024
const megabyte = 1024 * kilobyte

/** The outcomes of the clients of one kind. */
export interface Tally extends Record<Outcome, number> {
  attempts: number
  /** Faults with their counts. */
  faults: Map<string, number>
}

/** The number of concurrent clients of one kind. */
const workers = { gets: 8, posts: 4, downloads: 4, uploads: 4, leavers: 6, webSockets: 6, odd: 8, oddHttp2: 8 }
type Kind = keyof typeof workers
type OddKind = 'odd' | 'oddHttp2'
const kinds = Object.keys(workers) as Kind[]

/** The origins of the gateway, and the certificate that clients must trust. */
export interface Origins {
  http1: string
  http2: string
  ca?: string
}

/** Clients of all kinds and their outcomes. */
export class Traffic {
  readonly tallies = Object.fromEntries(kinds.map((kind) =>
    [kind, { attempts: 0, whole: 0, failed: 0, left: 0, faults: new Map() }])) as Record<Kind, Tally>

  readonly #origin: string
  readonly #http2Origin: string
  readonly #ca: string | undefined
  #session: ClientHttp2Session | null = null
  readonly #targets: Targets
  readonly #seed: number
  readonly #agent = new Agent({ keepAlive: true })
  #number = 0

  constructor (origins: Origins, targets: Targets, seed: number) {
    this.#origin = origins.http1
    this.#http2Origin = origins.http2
    this.#ca = origins.ca
    this.#targets = targets
    this.#seed = seed
  }

  /** Sends requests of all kinds until the signal aborts, and waits for the last ones. */
  async run (phase: string, over: AbortSignal): Promise<void> {
    await Promise.all(kinds.flatMap((kind) => Array.from({ length: workers[kind] }, async (_, worker) => {
      const random = new Random(this.#seed, `${phase} ${kind} ${worker}`)
      while (!over.aborted) {
        await this.#send(kind, random)
        await pause(random.between(0, 10))
      }
    })))
  }

  /** Sends some requests of each kind. The requests of one kind are sent in sequence. */
  async sample (phase: string): Promise<void> {
    await Promise.all(kinds.map(async (kind) => {
      const random = new Random(this.#seed, `${phase} ${kind}`)
      for (let i = 0; i < 10; i++) await this.#send(kind, random)
    }))
  }

  /** Runs a single client. */
  async #send (kind: Kind, random: Random): Promise<void> {
    const tally = this.tallies[kind]
    const since = Date.now()
    const version = random.oneOf<Version>(['latest', 'v2'])
    const watch = new Watch(kind === 'leavers' ? Math.floor(500 * random.next() ** 3) : null)
    tally.attempts++
    try {
      tally[await (kind === 'odd' || kind === 'oddHttp2'
        ? this.#startOdd(kind, random, watch)
        : judge(this.#start(kind, version, random, watch), watch, () => this.#targets.wereDown(version, since)))]++
    } catch (error) {
      const { message } = error as Error
      tally.faults.set(message, (tally.faults.get(message) ?? 0) + 1)
    }
  }

  /** Destroys the connections that clients keep open. */
  close (): void {
    this.#agent.destroy()
    this.#session?.destroy()
    this.#session = null
  }

  #openSession (): ClientHttp2Session {
    const ca = this.#ca
    // The gateway closes a session gracefully after many lost streams.
    if (this.#session === null || this.#session.closed) this.#session = connect(this.#http2Origin, { ...ca !== undefined && { ca } }).on('error', () => {})
    return this.#session
  }

  async #startOdd (kind: OddKind, random: Random, watch: Watch): Promise<Outcome> {
    const plan = oddPlan(this.#number++, random)
    const exchange = kind === 'odd'
      ? overHttp1(this.#origin, this.#agent, plan, watch.signal)
      : this.#sendAgainIfRefused(async () => await overHttp2(this.#openSession(), plan, watch.signal))
    return await judge(exchange, watch, () => mayFail(plan))
  }

  /** A request that crosses the end of its session is not processed. A client sends it again (RFC 9113 8.7). */
  async #sendAgainIfRefused (send: () => Promise<Outcome>): Promise<Outcome> {
    return await send().catch(async (error: Error) => {
      if (!error.message.includes('NGHTTP2_REFUSED_STREAM')) throw error
      return await send()
    })
  }

  async #start (kind: Exclude<Kind, OddKind>, version: Version, random: Random, watch: Watch): Promise<Outcome> {
    const number = this.#number++
    if (kind === 'webSockets') {
      const end = random.oneOf(['client closes', 'client cuts', 'target closes', 'target cuts'] as const)
      const conversation = { version, number, messages: random.between(0, 20), bytes: random.oneOf([1, kilobyte, 100 * kilobyte]), end }
      return await converse(this.#origin, conversation, watch)
    }
    return await exchange(this.#origin, this.#agent, { version, number, ...planOf(kind, random) }, watch)
  }
}

function planOf (kind: Exclude<Kind, OddKind | 'webSockets'>, random: Random): Omit<Plan, 'version' | 'number'> {
  const slowness = { restMs: random.oneOf([0, 2, 5]), isChunked: random.oneIn(2), isReadSlowly: random.oneIn(2) }
  switch (kind) {
    case 'gets': return { reply: random.between(0, kilobyte), isChunked: random.oneIn(4) }
    case 'posts': return { upload: 10 * kilobyte, reply: random.between(0, kilobyte), isChunked: random.oneIn(4) }
    case 'downloads': return { reply: 10 * megabyte, ...slowness }
    case 'uploads': return { upload: 10 * megabyte, reply: random.between(0, kilobyte), ...slowness }
    case 'leavers': return planOf(random.oneOf(['gets', 'posts', 'downloads', 'uploads'] as const), random)
  }
}
