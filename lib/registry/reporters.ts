import type { ExplainedRequest, Explanation, Principal, TargetHealth, VersionDecision, VersionHealth } from '../../types/index.ts'

/** What was counted at a target, since its version has it. */
export interface TargetStatistics extends Pick<TargetHealth, 'address' | 'healthy' | 'pending' | 'queued'> {
  /** Open connections, upgraded ones among them. */
  readonly connections: number
  /** Exchanges that are over, each attempt by itself: `failed` by the target's fault, `abandoned` by anybody else's. */
  readonly ended: Readonly<Record<'succeeded' | 'failed' | 'abandoned', number>>
}

/** What was counted at the upstream of a version. */
export interface UpstreamStatistics {
  readonly version: string
  /** Requests that were sent once more. */
  readonly retries: number
  /** Upgraded connections that are open, such as WebSockets. */
  readonly tunnels: number
  readonly targets: readonly TargetStatistics[]
}

/** Names of the resolvers that are asked, strongest first. */
export interface Precedence {
  readonly override: readonly string[]
  /** Asked when none of the overrides has an opinion. */
  readonly weak: readonly string[]
  readonly pin: readonly string[]
  /** A version, an alias, `required`, or `a function`. */
  readonly default: string
}

/** What others know of the versions: those who decide, and those who forward. */
export interface Reports {
  health: () => readonly VersionHealth[]
  statistics: () => readonly UpstreamStatistics[]
  /** Id of the version that the default leads to; `null` when that depends. */
  defaultId: () => string | null
  precedence: () => Precedence
  explain: (request: ExplainedRequest) => Promise<Explanation>
  /** Whether a path is under a prefix of the gateway. */
  has: (url: string) => boolean
  resolveFor: (principal: Principal) => Promise<VersionDecision>
}

/** Those who know more of the versions than the registry. The first gateway of a registry speaks for it. */
export class Reporters {
  /** In the order in which they came. */
  readonly #all = new Set<Partial<Reports>>()

  /** @returns takes it back */
  add (reports: Partial<Reports>): () => void {
    this.#all.add(reports)
    return () => { this.#all.delete(reports) }
  }

  find<Name extends keyof Reports> (name: Name): Reports[Name] | undefined {
    return [...this.#all].find((reports) => reports[name] !== undefined)?.[name]
  }

  /** @param url what it is about: the gateway that has it is asked, else the first @throws as long as there is no gateway */
  ask<Name extends 'explain' | 'resolveFor'> (name: Name, url?: string): Reports[Name] {
    const responsible = url === undefined ? undefined : [...this.#all].find(({ has }) => has?.(url) === true)
    const report = responsible?.[name] ?? this.find(name)
    if (report === undefined) throw new Error(`app.versions.${name}() needs a gateway: await app.ready() first.`)
    return report
  }
}
