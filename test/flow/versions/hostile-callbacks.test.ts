import t from 'tap'
import { fromHeader, fromTenantMap } from '../../../lib/index.ts'
import { until } from '../../helpers/until.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { type Setting, startCase } from '../../helpers/worked-cases/start.ts'

const fails = (): never => { throw new Error('SECRET') }
const rejects = async (): Promise<never> => fails()
const odd: unknown[] = [42, true, {}, Object.create(null), ['v2'], Symbol('odd'), 5n, new Date(0)]
const hour = 3_600_000
const byTenant = (key: unknown): Setting => ({
  resolve: { override: [fromHeader('api-version')], pin: [fromTenantMap({ key: key as never, get: () => 'v2', name: 'mine' })] }
})
const brownout = (exempt: unknown): Setting => ({
  versions: { v2: { brownouts: [{ start: Date.parse('2026-06-01T12:00:00Z'), end: Date.parse('2026-06-01T12:00:00Z') + hour, exempt: exempt as never }] } }
})

for (const [title, setting, lines, status] of [
  ['consumer', { resolve: { consumer: rejects as never } }, [], 200],
  ['exposeDecision', { resolve: { exposeDecision: rejects as never } }, [], 200],
  ['problems.render', { gateway: { problems: { render: rejects as never } } }, versionHeader('v9'), 400],
  ['exempt of a brownout', brownout(rejects), versionHeader('v2'), 410],
  ['key of a tenant map', byTenant(rejects), [], 503],
  ['registry.now', { registry: { now: rejects as never } }, [], 503]
] as Array<[string, Setting, string[], number]>) {
  t.test(`${title} must be synchronous: a promise counts as a failure, and its rejection is handled`, async (t) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => { unhandled.push(error) }
    process.on('unhandledRejection', note)
    t.teardown(() => process.off('unhandledRejection', note))
    const { app } = await startCase(t, setting)

    const response = await app.inject({ url: '/orders', headers: Object.fromEntries(lines.map((line) => line.split(': '))) })
    await until(() => true)

    t.equal(response.statusCode, status)
    t.notMatch(response.body, /SECRET/)
    t.strictSame(unhandled, [])
  })
}

for (const value of odd) {
  t.test(`a consumer of the wrong type only loses the name of the caller: ${String(Object(value)[Symbol.toStringTag] ?? typeof value)}`, async (t) => {
    const started = await startCase(t, { resolve: { consumer: () => value as never } })

    const { status } = await sendAndExplain(t, started, {})

    t.equal(status, 200)
    t.equal(started.app.versions.usage('v3')[0]?.consumer, null)
  })

  t.test(`a default of the wrong type is not a version: ${String(Object(value)[Symbol.toStringTag] ?? typeof value)}`, async (t) => {
    const started = await startCase(t, { resolve: { default: () => value as never } })

    const { status, seen } = await sendAndExplain(t, started, {})

    t.equal(status, 503)
    t.equal(seen.code, 'VERSION_RESOLUTION_UNAVAILABLE')
  })

  // A number is a valid id.
  if (typeof value === 'number') continue
  t.test(`a tenant of the wrong type is a server error: ${String(Object(value)[Symbol.toStringTag] ?? typeof value)}`, async (t) => {
    const started = await startCase(t, byTenant(() => value))

    const { status, seen } = await sendAndExplain(t, started, {})

    t.equal(status, 503)
    const isLate = value instanceof Promise
    t.hasStrict(seen, { code: isLate ? 'VERSION_RESOLUTION_UNAVAILABLE' : 'PINNED_VERSION_INVALID', source: 'mine' })
  })
}

for (const [title, now] of [['throws', fails], ['gives no time', () => NaN]] as const) {
  t.test(`if the clock ${title}, requests get a 503, and no retired version is served`, async (t) => {
    const { app } = await startCase(t, { registry: { now } })

    const response = await app.inject({ url: '/orders', headers: { 'api-version': 'v1' } })

    t.equal(response.statusCode, 503)
    t.hasStrict(response.json(), { code: 'VERSION_RESOLUTION_UNAVAILABLE', source: 'registry.now' })
  })
}
