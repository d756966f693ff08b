import t from 'tap'
import { fromHeader } from '../../../lib/index.ts'
import type { OverrideOptions, ResolveOptions, ResolverAnswer } from '../../../types/index.ts'
import { holdTimers } from '../../helpers/held-timers.ts'
import { until } from '../../helpers/until.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { sendRequest } from '../../helpers/worked-cases/send.ts'
import { startCase, type Versions } from '../../helpers/worked-cases/start.ts'

type Allow = NonNullable<OverrideOptions['allow']>

const allowing = (allow: Allow): ResolveOptions => ({ override: { resolvers: [fromHeader('api-version')], allow } })
const preflight = { method: 'OPTIONS', lines: ['Origin: https://app.test', 'Access-Control-Request-Method: GET'] }
const isTester: Allow = ({ identity }, { state }) => state !== 'preview' || identity?.claims['sub'] === 'tester'

for (const [title, allow, version, status, code] of [
  ['no', () => false, 'v2', 403, 'VERSION_FORBIDDEN'],
  ['yes', () => true, 'v4', 200, undefined],
  ['a promise of true', async () => true, 'v4', 200, undefined],
  ['no later', async () => false, 'v4', 403, 'VERSION_FORBIDDEN'],
  ['a value that is not true', () => 1 as never, 'v2', 403, 'VERSION_FORBIDDEN'],
  ['a promise of a value that is not true', async () => 'yes' as never, 'v2', 403, 'VERSION_FORBIDDEN'],
  ['nothing and throws', () => { throw new Error('no') }, 'v2', 503, 'VERSION_RESOLUTION_UNAVAILABLE'],
  ['nothing and rejects', async () => { throw new Error('no') }, 'v2', 503, 'VERSION_RESOLUTION_UNAVAILABLE'],
  ['true for a hidden version', () => true, 'v5', 200, undefined],
  ['false for a hidden version', () => false, 'v5', 400, 'VERSION_UNKNOWN'],
  ['true for an unknown version', () => true, 'v9', 400, 'VERSION_UNKNOWN'],
  ['true for a retired version', () => true, 'v1', 410, 'VERSION_RETIRED']
] as Array<[string, Allow, string, number, string | undefined]>) {
  t.test(`if allow returns ${title}, a request for ${version} gets ${status}`, async (t) => {
    const started = await startCase(t, { versions: { v5: { hidden: true } }, resolve: allowing(allow) })

    const { status: actual, seen, headers } = await sendAndExplain(t, started, { lines: versionHeader(version) })

    t.equal(actual, status)
    t.equal(seen.code, code)
    t.equal(headers['retry-after'], status === 503 ? '1' : undefined)
  })
}

t.test('an allow function that does not settle times out', async (t) => {
  const timers = holdTimers(t, 200)
  const { origin } = await startCase(t, { resolve: allowing(() => new Promise(() => {})) })

  const response = sendRequest(t, origin, { lines: versionHeader('v2') })
  await until(() => timers.length > 0)
  timers[0]!.fire()
  const { status, body } = await response

  t.equal(status, 503)
  t.hasStrict(JSON.parse(body), { code: 'VERSION_RESOLUTION_UNAVAILABLE', source: 'override.allow' })
})

t.test('allow receives the caller and the version', async (t) => {
  const started = await startCase(t, { resolve: allowing(isTester) })

  const tester = await sendAndExplain(t, started, { lines: versionHeader('next'), claims: { sub: 'tester' } })
  const other = await sendAndExplain(t, started, { lines: versionHeader('next'), claims: { sub: 'other' } })

  t.strictSame([tester.status, other.status], [200, 403])
})

for (const [title, versions, version, claims, status] of [
  ['a preview', {}, 'v4', {}, 403],
  ['a public preview', { v4: { public: true } }, 'v4', {}, 200],
  ['a preview that the caller is pinned to', {}, 'v4', { ver: 'next' }, 200],
  ['a hidden version', { v3: {}, v4: { hidden: true } }, 'v4', {}, 400],
  ['a hidden version that the caller is pinned to', { v4: { hidden: true } }, 'v4', { ver: 'v4' }, 200]
] as Array<[string, Versions, string, object, number]>) {
  t.test(`an override of ${title} gets ${status}`, async (t) => {
    const started = await startCase(t, { versions })

    const { status: actual } = await sendAndExplain(t, started, { lines: versionHeader(version), claims })

    t.equal(actual, status)
  })
}

for (const [title, tenants, status, version] of [
  ['knows the tenant', () => 'v2', 200, 'v2'],
  ['finds the tenant asynchronously', async () => 'v2', 200, 'v2'],
  ['does not know the tenant', () => undefined, 200, 'v3'],
  ['is down', async () => { throw new Error('down') }, 503, undefined],
  ['throws', () => { throw new Error('down') }, 503, undefined],
  ['names no version', () => 'v9', 503, undefined]
] as Array<[string, () => ResolverAnswer | Promise<ResolverAnswer>, number, string | undefined]>) {
  t.test(`if the map ${title}, the status is ${status}`, async (t) => {
    const started = await startCase(t, { tenants })

    const { status: actual, headers, seen } = await sendAndExplain(t, started, { claims: { tenant: 'acme' } })

    t.equal(actual, status)
    t.equal(headers['api-version'], version)
    if (seen.code === 'VERSION_RESOLUTION_UNAVAILABLE') t.equal(headers['retry-after'], '1')
  })
}

t.test('while a tenant map is down, its cached results are used until they expire', async (t) => {
  let isDown = false
  const started = await startCase(t, { tenants: async () => { if (isDown) throw new Error('down'); return 'v2' } })
  const request = { claims: { tenant: 'acme' } }

  const first = await sendAndExplain(t, started, request)
  isDown = true
  started.clock.now += 60_000
  const stale = await sendAndExplain(t, started, request)
  started.clock.now += 3_600_000
  const gone = await sendAndExplain(t, started, request)

  t.strictSame([first.headers['api-version'], stale.headers['api-version'], gone.status], ['v2', 'v2', 503])
  t.equal(gone.headers['retry-after'], '1')
})

t.test('responses and refusals contain the reason if exposeDecision allows it', async (t) => {
  const exposeDecision: ResolveOptions['exposeDecision'] = ({ headers }) => 'x-why' in headers
  const started = await startCase(t, { versions: { v1: { onRetired: 'forward' } }, resolve: { exposeDecision } })
  const reason = async (...lines: string[]) => (await sendAndExplain(t, started, { lines, claims: { ver: 'v2' } })).headers['x-version-reason']

  t.equal(await reason('x-why: 1', 'api-version: v1'), 'tier=override; source=header:api-version; requested=v1; instead-of=v1; overridden=claim:ver=v2; revision=1')
  t.equal(await reason('x-why: 1'), 'tier=pin; source=claim:ver; requested=v2; revision=1')
  t.equal(await reason('x-why: 1', 'api-version: v9'), 'refused=VERSION_UNKNOWN; source=header:api-version; requested=v9')
  t.equal(await reason('x-why: 1', 'api-version: a b'), 'refused=VERSION_MALFORMED; source=header:api-version')
  t.equal(await reason('api-version: v9'), undefined)
  t.equal(await reason(), undefined)
})

t.test('if exposeDecision throws, the reason is hidden and the request succeeds', async (t) => {
  const started = await startCase(t, { resolve: { exposeDecision: () => { throw new Error('no') } } })

  const { status, headers } = await sendAndExplain(t, started, {})

  t.equal(status, 200)
  t.equal(headers['x-version-reason'], undefined)
})

for (const [varyAuthorization, caching, vary] of [
  ['auto', 'public', 'authorization, api-version'],
  ['auto', 'max-age=5, private', 'api-version'],
  ['auto', 's-maxage=5', 'authorization, api-version'],
  ['auto', 'must-revalidate', 'authorization, api-version'],
  ['auto', undefined, 'api-version'],
  ['always', undefined, 'api-version, authorization'],
  ['never', 'public', 'api-version']
] as const) {
  t.test(`varyAuthorization ${varyAuthorization} with ${caching} results in Vary: ${vary}`, async (t) => {
    const { origin } = await startCase(t, {
      resolve: { varyAuthorization },
      upstreams: { v3: (_request, response) => { response.writeHead(200, caching === undefined ? {} : { 'cache-control': caching }).end('{}') } }
    })

    const { headers } = await sendRequest(t, origin, {})

    t.equal(headers['vary'], vary)
  })
}

for (const [title, versions, byDefault, servedBy] of [
  ['has ended', {}, 'v1', 'v3'],
  ['is switched off', { v3: { disabled: true } }, 'v3', 'v2'],
  ['must be named', {}, 'required', 'v3'],
  ['throws', {}, () => { throw new Error('no') }, 'v3'],
  ['rejects', {}, async () => { throw new Error('no') }, 'v3'],
  ['names no version', {}, () => 'v9', 'v3']
] as Array<[string, Versions, ResolveOptions['default'], string]>) {
  t.test(`a preflight is not refused if the default ${title}`, async (t) => {
    const started = await startCase(t, { versions, resolve: { default: byDefault! } })

    const { status, seen } = await sendAndExplain(t, started, preflight)

    t.equal(status, 200)
    t.equal(seen.servedBy, servedBy)
  })
}

t.test('if no version is available, a preflight is not sent to one that is hidden, disabled or retired', async (t) => {
  const versions = { v1: { hidden: true, disabled: true }, v2: { retired: true }, v3: { retired: true }, v4: { hidden: true } } as Versions
  const started = await startCase(t, { versions })

  const { status, seen } = await sendAndExplain(t, started, preflight)

  t.equal(status, 503)
  t.equal(seen.code, 'VERSION_RESOLUTION_UNAVAILABLE')
})

t.test('preflights do not count as usage, and their responses do not announce a sunset', async (t) => {
  const started = await startCase(t, { versions: { v3: { deprecatedAt: '2026-01-01' } } })

  const { status, headers } = await sendAndExplain(t, started, preflight)

  t.equal(status, 200)
  t.equal(headers['deprecation'], undefined)
  t.equal(headers['vary'], 'api-version, origin, access-control-request-method, access-control-request-headers')
  t.strictSame(started.app.versions.usage('v3'), [])
})
