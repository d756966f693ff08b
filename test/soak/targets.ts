import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { VersionsConfig } from '../../types/index.ts'
import { query, kill, startChild } from './children.ts'
import type { Random } from './random.ts'

export type Version = 'latest' | 'v2'

/** More consecutive failures than ever occur, so that no target is taken out. */
const never = 1_000_000

interface Target {
  version: Version
  port: number
  child: ChildProcess
}

interface Odd {
  child: ChildProcess
  /** The port of the target. */
  first: number
}

/** For this many milliseconds after a target is back, the gateway may still act on outdated health. */
export const grace = 1_000

/** The targets of two versions, one of which is killed from time to time. */
export class Targets {
  readonly #targets: readonly Target[]
  /** Targets whose responses and connections end in odd ways, over HTTP/1.1 and HTTP/2. They are never killed. */
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

  /** The versions of the gateway. */
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

  /** Whether a target of the version was down at any time since then, so that a request may have failed. */
  wereDown (version: Version, since: number): boolean {
    return this.#outages.some((outage) => outage.version === version && outage.end + grace >= since)
  }

  /** Kills and restarts targets until the signal aborts. Then all of them are up. */
  async disturb (random: Random, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await pause(random.between(100, 800))
      const first = random.oneOf(this.#targets)
      // From time to time, all targets of a version.
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

  /** Exchanges that a target is still handling. */
  async pending (): Promise<number> {
    const counts = await Promise.all(this.#children.map(async (child) => await query<number>(child, 'pending')))
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
