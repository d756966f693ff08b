import type { MirrorOptions } from '../../../types/index.ts'
import type { RegisteredVersion } from '../../registry/registered-version.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Revision } from '../../registry/revision.ts'
import type { Match } from '../../routes/route-table.ts'
import { contextOf } from '../../stage/context.ts'
import type { InFlight } from '../in-flight.ts'
import { RequestBody } from '../request/request-body.ts'
import type { Route } from '../route.ts'
import { Mirror } from './mirror.ts'
import { Mirroring } from './mirroring.ts'
import { Shadow, type ShadowSite } from './shadow.ts'
import { CopyMaker, type Source } from './source.ts'

/** A mirror, and the version that gets a copy. */
interface Drawn {
  readonly mirror: Mirror
  readonly version: RegisteredVersion
}

/** The mirrors of a registry's versions and rules, for the requests under one prefix. */
export class Mirrors {
  readonly #site: ShadowSite
  readonly #routeTo: (version: RegisteredVersion, match: Match | null) => Route
  readonly #copyMaker: CopyMaker
  readonly #random: () => number
  readonly #known = new WeakMap<MirrorOptions, Mirror>()
  #revision: Revision | null = null
  /** By the id of the version whose requests are copied; `null` without any. */
  #ofVersions: ReadonlyMap<string, readonly Mirror[]> | null = null

  /** @param credentialHeaders headers that carry tokens */
  constructor (
    registry: Registry, inFlight: InFlight, routeTo: (version: RegisteredVersion, match: Match | null) => Route,
    credentialHeaders: readonly string[]
  ) {
    this.#site = { registry, inFlight }
    this.#routeTo = routeTo
    this.#copyMaker = new CopyMaker(credentialHeaders)
    this.#random = registry.options.random
  }

  /** Returns the mirrors of a request; `null` without any. */
  of ({ id }: RegisteredVersion, match: Match | null): readonly Mirror[] | null {
    const { current } = this.#site.registry
    if (current !== this.#revision) this.#follow(current)
    const ofVersion = this.#ofVersions?.get(id) ?? null
    const options = match?.rule.config.mirror
    if (options === undefined) return ofVersion
    return [...ofVersion ?? [], ...options.map((each) => this.#mirrorOf(match!.rule.name, each))]
  }

  /**
   * Draws which mirrors copy a request.
   *
   * @returns follows the exchange of the request; `null` if no mirror copies it
   */
  draw (mirrors: readonly Mirror[], source: Source, body: Buffer | RequestBody | null): Mirroring | null {
    const { request } = source
    const length = body instanceof RequestBody ? Number(request.headers['content-length'] ?? 0) : body?.length ?? 0
    const from = contextOf(request).servedBy!
    const drawn = mirrors.flatMap((mirror): Drawn[] => {
      const version = this.#site.registry.current.find(mirror.options.version)?.version
      const isOther = version !== undefined && version.id !== from.id && version.disabled === null
      return isOther && mirror.draws(request.raw.method!, length, this.#random) ? [{ mirror, version }] : []
    })
    if (drawn.length === 0) return null
    const compared = drawn.filter(({ mirror }) => mirror.options.compare !== null)
    const limits = { request: longest(drawn), response: compared.length === 0 ? null : longest(compared) }
    const mirroring: Mirroring = new Mirroring(body, limits, (whole) => this.#start(drawn, source, whole, mirroring))
    return mirroring
  }

  /** Starts the copies one turn later: first the caller gets its response. */
  #start (drawn: readonly Drawn[], source: Source, body: Buffer | null, { response }: Mirroring): void {
    const { now } = this.#site.registry
    const { servedBy, match } = contextOf(source.request)
    const begunAt = now()
    const original = { method: source.request.raw.method!, route: match?.rule.name ?? firstSegment(source.behind), response }
    setImmediate(() => {
      const isLate = now() - begunAt > maxDelay
      for (const { mirror, version } of drawn) {
        if (body !== null && body.length > mirror.options.maxBodyBytes) continue
        const { forwardCredentials, compare } = mirror.options
        const makeCopy = (route: Route) => this.#copyMaker.make(source, body, route, forwardCredentials)
        const versions = compare?.control === true ? [version, servedBy!] : [version]
        const routes = versions.map((each) => this.#routeTo(each, match))
        new Shadow(this.#site, mirror, { ...original, makeCopy }, servedBy!.id, routes).start(isLate)
      }
    })
  }

  #follow (revision: Revision): void {
    const byVersion = new Map<string, Mirror[]>()
    for (const config of revision.content.set.mirrors ?? []) {
      const { id } = revision.find(config.from)!.version
      byVersion.set(id, [...byVersion.get(id) ?? [], this.#mirrorOf(config.name, config)])
    }
    this.#revision = revision
    this.#ofVersions = byVersion.size === 0 ? null : byVersion
  }

  #mirrorOf (name: string, options: MirrorOptions): Mirror {
    let mirror = this.#known.get(options)
    if (mirror === undefined) this.#known.set(options, mirror = new Mirror(name, options))
    return mirror
  }
}

/** Milliseconds that a copy may wait for its turn. If it takes longer, the process is too busy for copies. */
const maxDelay = 50

function longest (drawn: readonly Drawn[]): number {
  return Math.max(...drawn.map(({ mirror }) => mirror.options.maxBodyBytes))
}

/** Longest segment, in characters. Paths come from callers. */
const maxSegment = 64

function firstSegment (path: string): string {
  return /^\/*[^/]*/.exec(path)![0].slice(0, maxSegment)
}
