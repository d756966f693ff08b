import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { defineVersions, fromHeader, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../../lib/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { openSocket } from '../../helpers/raw.ts'
import { readHead, startSwitching } from '../../helpers/upgrades.ts'
import { assertExplained } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { forSockets, lifeCases, webSocket } from '../../helpers/worked-cases/life.ts'
import { overrideCases } from '../../helpers/worked-cases/overrides.ts'
import { pinCases } from '../../helpers/worked-cases/pins.ts'
import { rolloutCases } from '../../helpers/worked-cases/rollouts.ts'
import { parseResponse, sendRequest, toExplain } from '../../helpers/worked-cases/send.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

// The numbers are those of the study of how other gateways select versions. 36, 43 and 44 are not single
// requests.
for (const row of [...overrideCases, ...pinCases, ...lifeCases, ...rolloutCases]) {
  const { title, setting, before, refused, decision, headers = {}, body = {}, events, unexplained } = row
  t.test(`${title} is ${refused === undefined ? 'forwarded' : refused.join(' ')}, and the explanation matches`, async (t) => {
    const started = await startCase(t, setting)
    await before?.(started)

    const explanation = await started.app.versions.explain(toExplain(row))
    const silence = [...started.events]
    const live = await sendRequest(t, started.origin, row)

    const seen = JSON.parse(live.body) as object
    const [noted = null] = started.decisions
    t.equal(live.status, refused?.[0] ?? 200, live.body)
    t.hasStrict(live.headers, pick(headers))
    for (const name of absent(headers)) t.equal(live.headers[name], undefined, name)
    t.hasStrict(seen, { ...refused !== undefined && { status: refused[0], code: refused[1] }, ...pick(body) })
    for (const name of absent(body)) t.notOk(Object.hasOwn(seen, name), name)
    if (refused === undefined) t.hasStrict(noted, decision ?? {})
    if (events !== undefined) t.strictSame(started.events, events)
    t.strictSame(silence, [], 'an explanation emits no events')
    assertExplained(t, explanation, live, noted, unexplained)
  })
}

t.test('39: a WebSocket can name its version in a subprotocol, and the cluster chooses among the others', async (t) => {
  const upstream = await startSwitching(t, ({ headers }) => [`Upgrade: ${headers.upgrade}`, `Sec-WebSocket-Protocol: ${headers['sec-websocket-protocol']}`])
  const { app, origin, decisions } = await startCase(t, { versions: { v2: { upstream: upstream.origin } }, resolve: forSockets })
  const handshake = webSocket('/live', 'Sec-WebSocket-Protocol: api-version.v2, chat')
  const socket = await openSocket(t, origin)

  const explanation = await app.versions.explain(toExplain(handshake))
  socket.on('error', () => {}).write([`GET ${handshake.path} HTTP/1.1`, 'Host: api.test', ...handshake.lines!, '', ''].join('\r\n'))
  const live = parseResponse(await readHead(socket))
  const { request, socket: inner } = await upstream.last()
  for (const each of [socket, inner]) each.destroy()

  t.equal(live.status, 101)
  t.equal(request.headers['sec-websocket-protocol'], 'chat')
  t.equal(live.headers['sec-websocket-protocol'], 'chat')
  t.match(decisions[0], { id: 'v2', tier: 'override', source: 'subprotocol', requested: 'v2' })
  assertExplained(t, explanation, live, decisions[0]!)
})

t.test('41: a neutral route is served regardless of the requested version', async (t) => {
  const { app, origin } = await neutralApp(t)
  const request = { path: '/healthz', lines: versionHeader('v9') }

  const explanation = await app.versions.explain(toExplain(request))
  const live = await sendRequest(t, origin, request)

  t.hasStrict(explanation, { outcome: 'decided', decision: null, status: null, headers: {}, problem: null })
  t.equal(live.status, 200)
  t.strictSame(JSON.parse(live.body), { version: null })
  t.equal(live.headers['vary'], undefined)
})

t.test('43: a request keeps the set of versions that it was resolved against', async (t) => {
  const held = new EventEmitter()
  const v2: RequestListener = (_request, response) => { held.emit('arrived', () => response.end('{"servedBy":"v2"}')) }
  const { app, origin, decisions } = await startCase(t, { upstreams: { v2 } })
  const { upstream: v3 } = app.versions.get('v3')!

  const explanation = await app.versions.explain(toExplain({ lines: versionHeader('v2') }))
  const arrival = once(held, 'arrived')
  const response = sendRequest(t, origin, { lines: versionHeader('v2') })
  const [finish] = await arrival as [() => void]
  const revision = app.versions.update({ versions: { v3: { upstream: v3 } }, aliases: { latest: 'v3' } })
  const later = await sendRequest(t, origin, { lines: versionHeader('v2') })
  finish()
  const live = await response

  t.match(JSON.parse(live.body), { servedBy: 'v2' })
  t.match(decisions[0], { id: 'v2', revision: 1 })
  assertExplained(t, explanation, live, decisions[0]!)
  t.equal(revision, 2)
  t.match(JSON.parse(later.body), { code: 'VERSION_UNKNOWN', supported: ['v3'] })
})

t.test('44: a resolver for Accept-Version is rejected at boot with an explanation', async (t) => {
  await t.rejects(startCase(t, { resolve: { override: [fromHeader('Accept-Version')] } }), {
    code: 'VERSION_CONFIG_INVALID',
    message: /resolve\.override\[0\]: expected another header in fromHeader\('api-version'\).*404.*got 'Accept-Version'/
  })
})

/** Registers the stages separately, with a route of the app among them. */
async function neutralApp (t: Test) {
  const app = makeApp(t)
  const versions = defineVersions({ v3: { upstream: 'http://127.0.0.1:1' } })
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions, override: [fromHeader('api-version')], default: 'v3' })
  app.get('/healthz', { config: { version: false } }, async ({ version }) => ({ version }))
  return { app, origin: await listen(app) }
}

function pick (expected: object): object {
  return Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined))
}

function absent (expected: object): string[] {
  return Object.entries(expected).filter(([, value]) => value === undefined).map(([name]) => name)
}
