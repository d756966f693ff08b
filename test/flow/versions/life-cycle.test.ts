import t from 'tap'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { gatewayHeaders, sendRequest } from '../../helpers/worked-cases/send.ts'
import { endOfV2, noon, startCase } from '../../helpers/worked-cases/start.ts'

const hour = 3_600_000
const day = 24 * hour
const moved = (version: string, to: string) => ['default-moved', { version, to }]

for (const [title, theirs, expected] of [
  ['sends no dates', {}, endOfV2],
  ['sends earlier dates', { deprecation: '@1', sunset: 'Fri, 30 Oct 2026 00:00:00 GMT' }, { ...endOfV2, deprecation: '@1', sunset: 'Fri, 30 Oct 2026 00:00:00 GMT' }],
  ['sends later dates', { deprecation: '@1999999999', sunset: 'Fri, 01 Jan 2027 00:00:00 GMT' }, endOfV2],
  ['sends each date on two lines', { deprecation: ['@3', '@2'], sunset: ['Thu, 01 Jan 2026 00:00:02 GMT', 'Thu, 01 Jan 2026 00:00:01 GMT'] },
    { ...endOfV2, deprecation: '@2', sunset: 'Thu, 01 Jan 2026 00:00:01 GMT' }],
  ['sends invalid dates', { deprecation: 'true', sunset: 'soon' }, endOfV2],
  ['has its own links', { link: '</a>; rel="next"' }, { ...endOfV2, link: `</a>; rel="next", ${endOfV2.link}` }]
] as const) {
  t.test(`a response has the sunset of its version once if the upstream ${title}`, async (t) => {
    const { origin } = await startCase(t, { upstreams: { v2: (_request, response) => { response.writeHead(200, theirs as Record<string, string>).end('{}') } } })

    const { headers } = await sendRequest(t, origin, { lines: versionHeader('v2') })

    t.hasStrict(headers, expected)
  })
}

t.test('for a version without a sunset, the headers of the upstream are forwarded', async (t) => {
  const { origin } = await startCase(t, { upstreams: { v3: (_request, response) => { response.writeHead(200, { deprecation: '@5', sunset: 'soon' }).end('{}') } } })

  const { headers } = await sendRequest(t, origin, {})

  t.hasStrict(headers, { deprecation: '@5', sunset: 'soon' })
})

t.test('an enforced sunset takes effect when the clock reaches it', async (t) => {
  const { origin, clock } = await startCase(t, { versions: { v2: { enforceSunset: true } } })
  const end = Date.parse('2026-12-31T23:59:59Z')

  clock.now = end - 1
  const before = await sendRequest(t, origin, { lines: versionHeader('v2') })
  clock.now = end
  const after = await sendRequest(t, origin, { lines: versionHeader('v2') })

  t.equal(before.status, 200)
  t.equal(after.status, 410)
  t.hasStrict(JSON.parse(after.body), {
    code: 'VERSION_RETIRED', version: 'v2', requested: 'v2', sunset: '2026-12-31T23:59:59.000Z', successor: 'v3', supported: ['v3'], docs: 'https://docs.acme.io/v2'
  })
  t.hasStrict(gatewayHeaders(after.headers), { ...endOfV2, 'cache-control': 'no-store', vary: 'api-version' })
})

t.test('a future deprecation is announced and has no other effect', async (t) => {
  const { origin, clock, decisions } = await startCase(t)

  clock.now = Date.parse('2025-12-31T23:59:59Z')
  const { headers } = await sendRequest(t, origin, { lines: versionHeader('v2') })

  t.hasStrict(headers, endOfV2)
  t.hasStrict(decisions[0], { id: 'v2', state: 'active' })
})

t.test('forwarding follows a chain of retired versions, and the response names the requested one', async (t) => {
  const { origin, decisions } = await startCase(t, { versions: { v0: { retired: true, onRetired: 'forward', successor: 'v1' }, v1: { onRetired: 'forward', successor: 'latest' } } })

  const { headers, body } = await sendRequest(t, origin, { lines: versionHeader('V0') })

  t.hasStrict(JSON.parse(body), { servedBy: 'v3' })
  t.hasStrict(headers, { 'api-version': 'v3', 'api-version-requested': 'v0' })
  t.hasStrict(decisions[0], { id: 'v3', insteadOf: 'v0', requested: 'V0' })
})

t.test('an upstream cannot set the header of the requested version', async (t) => {
  const { origin } = await startCase(t, {
    upstreams: { v3: (_request, response) => { response.writeHead(200, { 'api-version': 'v8', 'API-Version-Requested': 'v9' }).end('{}') } }
  })

  const { headers } = await sendRequest(t, origin, {})

  t.strictSame(gatewayHeaders(headers), { 'api-version': 'v3', vary: 'api-version' })
})

t.test('a pin to a forwarded version is forwarded, too', async (t) => {
  const { origin } = await startCase(t, { versions: { v1: { onRetired: 'forward' } } })

  const { headers } = await sendRequest(t, origin, { claims: { ver: 'v1' } })

  t.hasStrict(headers, { 'api-version': 'v3', 'api-version-requested': 'v1' })
})

for (const [at, status, retryAfter] of [
  [noon - 1, 200, undefined], [noon, 410, '3600'], [noon + 1, 410, '3600'], [noon + 1000, 410, '3599'], [noon + hour - 1, 410, '1'], [noon + hour, 200, undefined]
] as const) {
  t.test(`${at - noon} ms into a brownout of an hour, the response is ${status}, ${retryAfter === undefined ? 'without' : `${retryAfter} s of`} Retry-After`, async (t) => {
    const { origin, clock } = await startCase(t, { versions: { v2: { brownouts: [{ start: noon, end: noon + hour }] } } })

    clock.now = at
    const { status: actual, headers, body } = await sendRequest(t, origin, { lines: versionHeader('v2') })

    t.equal(actual, status)
    t.equal(headers['retry-after'], retryAfter)
    if (status === 410) t.hasStrict(JSON.parse(body), { code: 'VERSION_BROWNOUT', until: '2026-06-01T13:00:00.000Z' })
  })
}

t.test('a brownout that only observes refuses no request and reports those it would have refused', async (t) => {
  const brownouts = [{ start: noon, end: noon + hour, mode: 'observe' as const, exempt: ({ headers }: { headers: object }) => 'x-exempt' in headers }]
  const { origin, events } = await startCase(t, { versions: { v2: { brownouts } } })

  const { status } = await sendRequest(t, origin, { lines: versionHeader('v2') })
  await sendRequest(t, origin, { lines: [...versionHeader('v2'), 'x-exempt: 1'] })

  t.equal(status, 200)
  t.strictSame(events.filter(([name]) => name === 'brownout'), [
    ['brownout', { version: 'v2', consumer: null, tier: 'override', source: 'header:api-version', refused: false }]
  ])
})

for (const [mode, status] of [['enforce', 410], ['observe', 200]] as const) {
  t.test(`if exempt throws, a brownout with mode ${mode} exempts no caller`, async (t) => {
    const exempt = (): boolean => { throw new Error('no') }
    const { origin, events } = await startCase(t, { versions: { v2: { brownouts: [{ start: noon, end: noon + hour, mode, exempt }] } } })

    const response = await sendRequest(t, origin, { lines: versionHeader('v2') })

    t.equal(response.status, status)
    t.hasStrict(events.at(-1)?.[1], { refused: mode === 'enforce' })
  })
}

t.test('a brownout applies to pins, too', async (t) => {
  const { origin } = await startCase(t, { versions: { v2: { brownouts: [{ start: noon, end: noon + hour }] } } })

  const { status, body } = await sendRequest(t, origin, { claims: { ver: 'v2' } })

  t.equal(status, 410)
  t.hasStrict(JSON.parse(body), { code: 'VERSION_BROWNOUT', source: 'claim:ver' })
})

t.test('the default cannot have a brownout', async (t) => {
  const started = startCase(t, { versions: { v3: { deprecatedAt: 0, brownouts: [{ start: 0, end: 1 }] } } })

  await t.rejects(started, { code: 'VERSION_CONFIG_INVALID', message: /versions\.v3\.brownouts: this version is the default/ })
})

t.test('a retired default is replaced by its successor, which is reported once a day', async (t) => {
  const { origin, clock, events } = await startCase(t, { resolve: { default: 'v1' } })

  const { status, headers } = await sendRequest(t, origin, {})
  await sendRequest(t, origin, {})
  clock.now += day
  await sendRequest(t, origin, {})

  t.equal(status, 200)
  t.equal(headers['api-version'], 'v3')
  t.equal(headers['api-version-requested'], undefined)
  t.strictSame(events, [moved('v1', 'v3'), moved('v1', 'v3')])
})

t.test('a retired default without a successor is replaced by the oldest active version', async (t) => {
  const { origin, events, app } = await startCase(t, { versions: { v5: { retired: true }, v2: { disabled: true } }, resolve: { default: 'v5' } })

  const { headers } = await sendRequest(t, origin, {})

  t.equal(headers['api-version'], 'v3')
  t.strictSame(events, [moved('v5', 'v3')])
  t.hasStrict(app.versions.get('v5'), { state: 'retired', visible: false })
})

t.test('if the default is retired and no active version is left, requests get a 503', async (t) => {
  const { origin } = await startCase(t, { versions: { v2: { retired: true }, v3: { retired: true } } })

  const { status, body } = await sendRequest(t, origin, {})

  t.equal(status, 503)
  t.hasStrict(JSON.parse(body), { code: 'VERSION_RESOLUTION_UNAVAILABLE', source: 'default' })
})
