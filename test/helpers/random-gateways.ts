import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { OverrideOptions, VersionConfig, VersionDecision, VersionResolver } from '../../types/index.ts'
import { fieldValues } from '../../lib/http/fields.ts'
import { makeApp } from './gateway.ts'
import { gatewayHeaders } from './worked-cases/send.ts'

const day = 86_400_000
const ids = ['v1', 'v2', 'v3', 'v4']
/** Values that resolvers may read: versions, aliases and unknown names. */
const words = [...ids, 'V2', 'latest', 'v9', '', 'v1, v2', '../v1', 'constructor']

/** The life cycle of a version, in days. The dates are sorted later. */
const life = fc.record({
  state: fc.constantFrom(undefined, undefined, 'preview' as const),
  public: fc.boolean(),
  hidden: fc.nat(5).map((n) => n === 0),
  days: fc.option(fc.tuple(fc.nat(9), fc.nat(9)), { nil: undefined }),
  enforceSunset: fc.boolean(),
  retired: fc.nat(4).map((n) => n === 0),
  forward: fc.boolean(),
  isOff: fc.nat(4).map((n) => n === 0),
  to: fc.option(fc.nat(3), { nil: undefined }),
  hasSuccessor: fc.boolean(),
  brownout: fc.option(fc.nat(9), { nil: undefined })
})
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

/** Makes a resolver that reads its own header. */
const reader = fc.record({
  onUnknown: fc.constantFrom('reject' as const, 'next' as const),
  isLate: fc.boolean(),
  weak: fc.boolean(),
  locked: fc.nat(3).map((n) => n === 0)
})
type Reader = typeof reader extends fc.Arbitrary<infer T> ? T : never

const readers = { override: ['x-a', 'x-b', 'x-c'], pin: ['x-p', 'x-q'] }

/** A gateway config and the current time. */
export const someGateway = fc.record({
  lives: fc.tuple(life, life, life, life),
  override: fc.tuple(reader, reader, reader),
  pin: fc.tuple(reader, reader),
  conflict: fc.constantFrom('reject' as const, 'first' as const),
  allows: fc.constantFrom(undefined, undefined, true, false),
  byDefault: fc.constantFrom(...ids, 'latest', 'required'),
  today: fc.nat(9)
})
export type SomeGateway = typeof someGateway extends fc.Arbitrary<infer T> ? T : never

/** The value for each resolver. Most get none. */
const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.constantFrom(...words) })
const names = fc.subarray([...readers.override, ...readers.pin], { maxLength: 3 })
export const someHeaders: fc.Arbitrary<SomeHeaders> = fc.tuple(names, fc.tuple(word, word, word))
  .map(([chosen, request]) => Object.fromEntries(chosen.map((name, index) => [name, request[index]!])))
export type SomeHeaders = Record<string, string>

export function resolverOf (name: string, { onUnknown, isLate, weak, locked }: Reader, tier: 'override' | 'pin'): VersionResolver {
  const read = (rawHeaders: readonly string[]) => {
    const [version] = fieldValues(rawHeaders, name)
    return version === undefined ? undefined : tier === 'pin' ? { version, locked } : version
  }
  return {
    name: `test:${name}`,
    readsHeaders: [name],
    onUnknown,
    ...tier === 'override' && { weak },
    resolve: ({ raw }) => isLate ? Promise.resolve(read(raw.rawHeaders)) : read(raw.rawHeaders)
  }
}

function versionOf (each: Life, index: number, isDefault: boolean, upstream: string): VersionConfig {
  const { brownout } = each
  const successor = each.hasSuccessor ? ids[index + 1] : undefined
  const days = each.days?.toSorted()
  const to = each.to === undefined || each.to === index ? undefined : ids[each.to]
  return {
    upstream,
    ...each.state !== undefined && { state: each.state },
    public: each.public,
    hidden: each.hidden,
    retired: each.retired,
    ...days !== undefined && { deprecatedAt: days[0]! * day, sunsetAt: days[1]! * day, enforceSunset: each.enforceSunset },
    ...successor !== undefined && { successor, onRetired: each.forward ? 'forward' : 'gone' },
    ...each.isOff && { disabled: to === undefined ? true : { to } },
    ...days !== undefined && brownout !== undefined && !isDefault && { brownouts: [{ start: brownout * day, end: (brownout + 1) * day }] }
  }
}

/** The outcome of a request. */
export interface Outcome {
  decision: VersionDecision | null
  status: number | null
  code: string | undefined
  headers: Record<string, unknown>
}

/** Makes a gateway. @returns functions that send and explain a request */
export async function makeSomeGateway (t: Test, upstream: string, config: SomeGateway) {
  const { lives, conflict, allows, byDefault, today } = config
  const isDefault = (id: string): boolean => id === byDefault || (byDefault === 'latest' && id === 'v3')
  const override: OverrideOptions = {
    resolvers: config.override.map((each, index) => resolverOf(readers.override[index]!, each, 'override')),
    conflict,
    ...allows !== undefined && { allow: () => allows }
  }
  const app = makeApp(t)
  let decision: VersionDecision | null = null
  app.addHook('preHandler', async ({ version }) => { decision = version })
  await app.register(versionGateway, {
    versions: Object.fromEntries(ids.map((id, index) => [id, versionOf(lives[index]!, index, isDefault(id), upstream)])),
    aliases: { latest: 'v3' },
    registry: { now: () => today * day },
    resolve: { override, pin: config.pin.map((each, index) => resolverOf(readers.pin[index]!, each, 'pin')), default: byDefault }
  })
  return {
    app,
    async send (headers: SomeHeaders): Promise<Outcome> {
      decision = null
      const response = await app.inject({ url: '/orders', headers })
      const { code } = response.json() as { code?: string }
      const own = gatewayHeaders(response.headers as Record<string, string>)
      return { decision, status: decision === null ? response.statusCode : null, code, headers: own }
    },
    explain: async (headers: SomeHeaders): Promise<Outcome> => await explained(app, headers)
  }
}

async function explained (app: FastifyInstance, headers: SomeHeaders): Promise<Outcome> {
  const explanation = await app.versions.explain({ url: '/orders', headers })
  const { decision, status, problem } = explanation
  return { decision, status, code: problem?.code, headers: gatewayHeaders(explanation.headers) }
}
