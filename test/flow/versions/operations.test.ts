import t from 'tap'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { sendRequest } from '../../helpers/worked-cases/send.ts'
import { noon, startCase, type Started } from '../../helpers/worked-cases/start.ts'

const hour = 3_600_000
const day = 24 * hour
const v2 = { lines: versionHeader('v2') }
const called = ({ events }: Started, name: string): object[] => events.filter(([each]) => each === name).map(([, event]) => event)

t.test('the use of a deprecated version is reported once an hour for each caller', async (t) => {
  const started = await startCase(t)
  const { origin, clock } = started
  const alice = { ...v2, claims: { sub: 'alice' } }

  for (const request of [v2, v2, alice, alice]) await sendRequest(t, origin, request)
  clock.now += hour - 1
  await sendRequest(t, origin, alice)
  clock.now += 1
  await sendRequest(t, origin, alice)

  t.match(called(started, 'deprecated-use'), [{ consumer: null, version: 'v2' }, { consumer: 'alice' }, { consumer: 'alice' }])
  t.equal(called(started, 'deprecated-use').length, 3)
})

t.test('a sunset that has passed but is not enforced is reported once a day', async (t) => {
  const started = await startCase(t)
  const { origin, clock } = started
  clock.now = Date.parse('2027-01-01')

  await sendRequest(t, origin, v2)
  clock.now += day - 1
  await sendRequest(t, origin, v2)
  clock.now += 1
  await sendRequest(t, origin, v2)

  const event = { version: 'v2', sunsetAt: new Date('2026-12-31T23:59:59Z') }
  t.strictSame(called(started, 'sunset-overdue'), [event, event])
})

t.test('listeners that throw or reject affect neither each other nor the request', async (t) => {
  const started = await startCase(t)
  const { app, origin } = started
  let emitted = 0
  app.versions.events.on('deprecated-use', () => { throw new Error('a listener') })
  app.versions.events.on('deprecated-use', async () => { throw new Error('another listener') })
  app.versions.events.once('deprecated-use', () => { emitted++ })

  const responses = [await sendRequest(t, origin, v2), await sendRequest(t, origin, { ...v2, claims: {} })]

  t.strictSame(responses.map(({ status }) => status), [200, 200])
  t.equal(emitted, 1)
  t.equal(called(started, 'deprecated-use').length, 2)
})

t.test('if the consumer function throws, the caller is anonymous', async (t) => {
  const { origin, app } = await startCase(t, { resolve: { consumer: () => { throw new Error('no') } } })

  const { status } = await sendRequest(t, origin, v2)

  t.equal(status, 200)
  t.strictSame(app.versions.usage('v2').map(({ consumer }) => consumer), [null])
})

t.test('a version can be disabled and enabled', async (t) => {
  const { app, origin } = await startCase(t)

  app.versions.disable('V2', { to: 'v3', retryAfter: 5, reason: 'it burns' })
  const override = await sendRequest(t, origin, v2)
  const pin = await sendRequest(t, origin, { claims: { ver: 'v2' } })
  app.versions.enable('v2')
  const after = await sendRequest(t, origin, v2)

  t.equal(override.status, 503)
  t.hasStrict(override.headers, { 'retry-after': '5', 'cache-control': 'no-store' })
  t.hasStrict(JSON.parse(override.body), { code: 'VERSION_DISABLED', version: 'v2' })
  t.notMatch(override.body, /burns/)
  t.equal(pin.status, 200)
  t.hasStrict(pin.headers, { 'api-version': 'v3', 'api-version-requested': 'v2' })
  t.equal(after.headers['api-version'], 'v2')
})

t.test('if disabled versions form a circle, requests are refused', async (t) => {
  const { app, origin } = await startCase(t)

  app.versions.disable('v2', { to: 'v3' })
  app.versions.disable('v3', { to: 'v2' })
  const { status, body } = await sendRequest(t, origin, {})

  t.equal(status, 503)
  t.hasStrict(JSON.parse(body), { code: 'VERSION_DISABLED' })
})

t.test('a disabled version stays disabled if the set is updated', async (t) => {
  const { app, origin } = await startCase(t)
  const { upstream } = app.versions.get('v2')!

  app.versions.disable('v2')
  app.versions.update({ versions: { v2: { upstream }, v3: { upstream } }, aliases: { latest: 'v3' } })
  const { status } = await sendRequest(t, origin, v2)

  t.equal(status, 503)
})

t.test('usage lists the callers of a version, whether served or refused, and who chose it', async (t) => {
  const { app, origin, clock } = await startCase(t)

  await sendRequest(t, origin, { ...v2, claims: { sub: 'alice' } })
  clock.now += 1000
  await sendRequest(t, origin, { claims: { sub: 'alice', ver: 'v2' } })
  clock.now += 1000
  await sendRequest(t, origin, { claims: { sub: 'bob', ver: 'v1' } })
  await sendRequest(t, origin, {})
  await app.versions.explain({ headers: { 'api-version': 'v2' } })

  const [first, last] = [new Date(noon), new Date(noon + 1000)]
  t.strictSame(app.versions.usage('V2'), [{ consumer: 'alice', version: 'v2', count: 2, firstSeen: first, lastSeen: last, tier: 'pin' }])
  t.match(app.versions.usage('v1'), [{ consumer: 'bob', count: 1, tier: 'pin' }])
  t.match(app.versions.usage('stable'), [{ consumer: null, version: 'v3', tier: 'default' }])
})

t.test('a version in use is not retired unless forced', async (t) => {
  const { app, origin, clock } = await startCase(t, { registry: { retireGuard: { idleDays: 2 } } })
  const emitted: object[] = []
  app.versions.events.on('retired', (event) => { emitted.push(event) })
  await sendRequest(t, origin, { ...v2, claims: { sub: 'alice' } })

  clock.now += 2 * day
  t.throws(() => app.versions.retire('v2'), { code: 'VERSION_IN_USE', statusCode: 409, consumers: [{ consumer: 'alice', version: 'v2' }] })
  const before = await sendRequest(t, origin, { claims: { ver: 'v2' } })
  const revision = app.versions.retire('v2', { force: true, reason: 'enough' })
  const after = await sendRequest(t, origin, v2)

  t.equal(before.status, 200)
  t.equal(after.status, 410)
  t.strictSame(emitted, [{ version: 'v2', reason: 'enough', revision }])
})

t.test('a version that has been idle for long enough is retired, and a rollback restores it', async (t) => {
  const { app, origin, clock } = await startCase(t, { registry: { retireGuard: { idleDays: 2, allowTiers: ['override'] } } })
  await sendRequest(t, origin, v2)
  await sendRequest(t, origin, { claims: { ver: 'v2' } })

  clock.now += 2 * day + 1
  await sendRequest(t, origin, v2)
  app.versions.retire('v2')
  const retired = await sendRequest(t, origin, v2)
  app.versions.rollback()
  const back = await sendRequest(t, origin, v2)

  t.equal(retired.status, 410)
  t.equal(back.status, 200)
})

t.test('a refusal does not name versions that are hidden, in preview, retired or disabled', async (t) => {
  const { origin } = await startCase(t, { versions: { v1: { successor: 'v5' }, v5: { hidden: true }, v6: { disabled: true }, v7: { state: 'preview', public: true } } })

  const unknown = await sendRequest(t, origin, { lines: versionHeader('v9') })
  const retired = await sendRequest(t, origin, { lines: versionHeader('v1') })

  t.strictSame((JSON.parse(unknown.body) as { supported: string[] }).supported, ['v2', 'v3', 'v7'])
  t.notMatch(retired.body, /v5/)
})
