import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { VersionsConfig } from '../../types/index.ts'
import { ask, kill, startChild } from './children.ts'
import type { Random } from './random.ts'

export type Version = 'latest' | 'v2'

/** Failures in a row that never take a target out. */
const never = 1_000_000

interface Target {
  version: Version
  port: number
  child: ChildProcess
}

interface Odd {
  child: ChildProcess
  /** Its port. */
  first: number
}

/** For so many milliseconds after a target is back, the gateway may act on what it knew before. */
export const grace = 1_000

/** The targets of two versions, of which every now and then one is killed. */
export class Targets {
  readonly #targets: readonly Target[]
  /** They are never killed. Their responses and connections end in odd ways, over HTTP/1.1 and over HTTP/2. */
  readonly #odd: Odd
  readonly #oddHttp2: Odd
  readonly #outages: Array<{ version: Version, end: number }> = []
  kills = 0

  static async start (): Promise<Targets> {
    const targets = await Promise.all((['latest', 'v2', 'v2'] as const).map(async (version) => await startTarget(version, 0)))
    return new Targets(targets, await startChild<number>('odd-target.ts', []), await startChild<number>('odd-http2-target.ts', []))
  }

  private constructor (targets: readonly Target[], odd: Odd, oddHttp2: Odd) {
    this.#targets = targets
    this.#odd = odd
    this.#oddHttp2 = oddHttp2
  }

  /** The gateway's versions. */
  get versions (): VersionsConfig {
    const upstream = (version: Version) => ({
      targets: this.#targets.filter((target) => target.version === version).map(({ port }) => `http://127.0.0.1:${port}`),
      health: { passive: { failures: 3, cooldownMs: 200 } }
    })
    const odd = ({ first }: Odd) => ({ targets: `http://127.0.0.1:${first}`, health: { passive: { failures: never } } })
    return {
      latest: { upstream: upstream('latest') },
      v2: { upstream: upstream('v2') },
      odd: { upstream: odd(this.#odd) },
      'odd-http2': { upstream: { ...odd(this.#oddHttp2), http2: true } }
    }
  }

  /** Whether a target of the version was down at some time since then, so that a request may have failed. */
  wereDown (version: Version, since: number): boolean {
    return this.#outages.some((outage) => outage.version === version && outage.end + grace >= since)
  }

  /** Kills targets and starts them again until it is over. All of them are up in the end. */
  async disturb (random: Random, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await pause(random.between(100, 800))
      const first = random.oneOf(this.#targets)
      // Now and then the whole version.
      const killed = random.oneIn(4) ? this.#targets.filter(({ version }) => version === first.version) : [first]
      await Promise.all(killed.map(async (target) => await this.#restart(target, random.between(0, 300))))
    }
  }

  async #restart (target: Target, afterMs: number): Promise<void> {
    const outage = { version: target.version, end: Infinity }
    this.#outages.push(outage)
    this.kills++
    await kill(target.child)
    await pause(afterMs)
    target.child = (await startTarget(target.version, target.port)).child
    outage.end = Date.now()
  }

  /** Exchanges that some target still works on. */
  async pending (): Promise<number> {
    const counts = await Promise.all(this.#children.map(async (child) => await ask<number>(child, 'pending')))
    return counts.reduce((sum, count) => sum + count)
  }

  async stop (): Promise<void> {
    await Promise.all(this.#children.map(kill))
  }

  get #children (): ChildProcess[] {
    return [this.#odd, this.#oddHttp2, ...this.#targets].map(({ child }) => child)
  }
}

async function startTarget (version: Version, port: number): Promise<Target> {
  const { child, first } = await startChild<number>('target.ts', [version, String(port)])
  return { version, port: first, child }
}
