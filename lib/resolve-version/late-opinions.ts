import type { FastifyRequest } from 'fastify'
import type { Tier, VersionResolver } from '../../types/index.ts'
import type { Registry } from '../registry/registry.ts'
import { LateReader } from '../stage/late-reader.ts'
import { declaresItsReads } from './decide/run-resolver.ts'
import type { Chosen, Rules } from './decide/types.ts'
import { LatePermission } from './late-permission.ts'

interface LateOpinion {
  readonly tier: Tier
  readonly source: string
  readonly reader: LateReader
}

const rank: Record<Tier, number> = { route: -1, override: 0, pin: 1, default: 2 }

/** The functions of the app that choose a version, or allow overrides, which may read what a hook of a route sets. */
export class LateOpinions {
  /** The rules to decide by. */
  readonly rules: Rules
  readonly #opinions: readonly LateOpinion[]
  readonly #permission: LatePermission | null

  constructor (rules: Rules, { revisions }: Registry) {
    const { override, pin, default: byDefault, allow } = rules
    this.#permission = allow === undefined ? null : new LatePermission(allow)
    this.rules = this.#permission === null ? rules : { ...rules, allow: this.#permission.allow }
    const make = (tier: Tier, source: string, resolve: VersionResolver['resolve']): LateOpinion => {
      // An unknown version is no opinion: the resolver may have named it before.
      const idOf = (name: unknown): string | null => revisions.current.find(String(name))?.version.id ?? null
      return { tier, source, reader: new LateReader(async (request) => idOf(nameIn(await resolve(request))), warningOf(tier, source)) }
    }
    const resolvers = (tier: Tier, all: readonly VersionResolver[]): LateOpinion[] => all
      .filter((resolver) => !declaresItsReads(resolver))
      .map((resolver) => make(tier, resolver.name, (request) => resolver.resolve(request)))
    this.#opinions = [
      ...resolvers('override', override),
      ...resolvers('pin', pin),
      ...typeof byDefault === 'function' ? [make('default', 'default', byDefault)] : []
    ]
  }

  get isEmpty (): boolean {
    return this.#opinions.length === 0 && this.#permission === null
  }

  /** Schedules another check of the function that chose the version, and of those that take precedence over it. */
  decided (request: FastifyRequest, { tier, source, version }: Chosen): void {
    this.#permission?.decided(request)
    for (const opinion of this.#opinions) {
      if (rank[opinion.tier] < rank[tier]) opinion.reader.found(request, null)
      else if (opinion.tier === tier && opinion.source === source) opinion.reader.found(request, version.id)
    }
  }
}

function warningOf (tier: Tier, resolver: string) {
  const what = tier === 'default' ? 'the default' : `the ${tier} ${resolver}`
  return ({ log, routeOptions: { url } }: FastifyRequest): void => {
    log.warn({ resolver, route: url }, `${what} changed its result only after the version had been decided: it reads what a hook of the route ` +
      'sets. Identify the caller with identity.from, such as fromFastifyJwt, or in a hook that runs before the gateway')
  }
}

function nameIn (answer: Awaited<ReturnType<VersionResolver['resolve']>>): unknown {
  return typeof answer === 'object' ? answer?.version : answer
}
