import type { ClaimReader } from '../identity/claim-readers.ts'
import type { ExplainedRequest, Explanation, Principal, TargetHealth, VersionDecision, VersionHealth } from '../../types/index.ts'

/** The statistics of a target, counted since its version has had it. */
export interface TargetStatistics extends Pick<TargetHealth, 'address' | 'healthy' | 'pending' | 'queued'> {
  /** Open connections, including upgraded ones. */
  readonly connections: number
  /**
   * Attempts that have ended. `succeeded`: a response below 500. `failed`: no complete response, and the target is at fault.
   * `abandoned`: no complete response for any other reason.
   */
  readonly ended: Readonly<Record<'succeeded' | 'server-error' | 'failed' | 'abandoned', number>>
}

/** The statistics of a version's upstream. */
export interface UpstreamStatistics {
  readonly version: string
  /** Number of retries. */
  readonly retries: number
  /** Open upgraded connections, such as WebSockets. */
  readonly tunnels: number
  readonly targets: readonly TargetStatistics[]
}

/** Names of the resolvers, in order of precedence. */
export interface Precedence {
  readonly override: readonly string[]
  /** Evaluated only if no other override has an opinion. */
  readonly weak: readonly string[]
  readonly pin: readonly string[]
  /** A version, an alias, `required`, or `a function`. */
  readonly default: string
}

/** What `resolveVersion` and `proxyVersions` can report about the versions. */
export interface Reports {
  health: () => readonly VersionHealth[]
  statistics: () => readonly UpstreamStatistics[]
  /** Returns the id of the version that serves the default. Returns `null` if a function chooses it or no version can serve it. */
  defaultId: () => string | null
  precedence: () => Precedence
  /** The options that read claims of tokens. */
  claims: () => readonly ClaimReader[]
  explain: (request: ExplainedRequest) => Promise<Explanation>
  /** Whether a path is under a prefix of the gateway. */
  has: (url: string) => boolean
  resolveFor: (principal: Principal) => Promise<VersionDecision>
}

/** Collects the reports of gateways. If several gateways share a registry, the first one that has a report provides it. */
export class ReportProviders {
  /** In order of registration. */
  readonly #all = new Set<Partial<Reports>>()

  /** @returns a function that removes the reports */
  add (reports: Partial<Reports>): () => void {
    this.#all.add(reports)
    return () => { this.#all.delete(reports) }
  }

  find<Name extends keyof Reports> (name: Name): Reports[Name] | undefined {
    return [...this.#all].find((reports) => reports[name] !== undefined)?.[name]
  }

  /**
   * @param url selects the gateway that serves it; by default the first gateway reports
   * @throws if there is no gateway yet
   */
  ask<Name extends 'explain' | 'resolveFor'> (name: Name, url?: string): Reports[Name] {
    const responsible = url === undefined ? undefined : [...this.#all].find(({ has }) => has?.(url) === true)
    const report = responsible?.[name] ?? this.find(name)
    if (report === undefined) throw new Error(`app.versions.${name}() needs a gateway: await app.ready() first.`)
    return report
  }
}
