import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { defineVersions, fromHeader, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../../lib/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { openSocket } from '../../helpers/raw.ts'
import { readHead, startSwitching } from '../../helpers/upgrades.ts'
import { agree } from '../../helpers/worked-cases/agree.ts'
import { says } from '../../helpers/worked-cases/case.ts'
import { forSockets, lifeCases, webSocket } from '../../helpers/worked-cases/life.ts'
import { overrideCases } from '../../helpers/worked-cases/overrides.ts'
import { pinCases } from '../../helpers/worked-cases/pins.ts'
import { answered, say, toExplain } from '../../helpers/worked-cases/say.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

// By their numbers in the study of how other gateways choose versions. 32 to 36 are missing: they are of rollouts,
// which do not exist yet. 43 and 44 are no single requests.
for (const row of [...overrideCases, ...pinCases, ...lifeCases]) {
  const { title, setting, before, refused, decision, headers = {}, body = {}, events, unexplained } = row
  t.test(`${title} is ${refused === undefined ? 'forwarded' : refused.join(' ')}, and the explanation matches`, async (t) => {
    const started = await startCase(t, setting)
    await before?.(started)

    const explanation = await started.app.versions.explain(toExplain(row))
    const silence = [...started.events]
    const live = await say(t, started.origin, row)

    const seen = JSON.parse(live.body) as object
    const [noted = null] = started.decisions
    t.equal(live.status, refused?.[0] ?? 200, live.body)
    t.hasStrict(live.headers, pick(headers))
    for (const name of absent(headers)) t.equal(live.headers[name], undefined, name)
    t.hasStrict(seen, { ...refused !== undefined && { status: refused[0], code: refused[1] }, ...pick(body) })
    for (const name of absent(body)) t.notOk(Object.hasOwn(seen, name), name)
    if (refused === undefined) t.hasStrict(noted, decision ?? {})
    if (events !== undefined) t.strictSame(started.events, events)
    t.strictSame(silence, [], 'an explanation tells no events')
    agree(t, explanation, live, noted, unexplained)
  })
}

t.test('39: a WebSocket can name its version in a subprotocol, and the cluster chooses among the others', async (t) => {
  const upstream = await startSwitching(t, ({ headers }) => [`Upgrade: ${headers.upgrade}`, `Sec-WebSocket-Protocol: ${headers['sec-websocket-protocol']}`])
  const { app, origin, decisions } = await startCase(t, { versions: { v2: { upstream: upstream.origin } }, resolve: forSockets })
  const said = webSocket('/live', 'Sec-WebSocket-Protocol: api-version.v2, chat')
  const socket = await openSocket(t, origin)

  const explanation = await app.versions.explain(toExplain(said))
  socket.on('error', () => {}).write([`GET ${said.path} HTTP/1.1`, 'Host: api.test', ...said.lines!, '', ''].join('\r\n'))
  const live = answered(await readHead(socket))
  const { request, socket: inner } = await upstream.last()
  for (const each of [socket, inner]) each.destroy()

  t.equal(live.status, 101)
  t.equal(request.headers['sec-websocket-protocol'], 'chat')
  t.equal(live.headers['sec-websocket-protocol'], 'chat')
  t.match(decisions[0], { id: 'v2', tier: 'override', source: 'subprotocol', requested: 'v2' })
  agree(t, explanation, live, decisions[0]!)
})

t.test('41: a neutral route is served regardless of the requested version', async (t) => {
  const { app, origin } = await neutralApp(t)
  const said = { path: '/healthz', lines: says('v9') }

  const explanation = await app.versions.explain(toExplain(said))
  const live = await say(t, origin, said)

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

  const explanation = await app.versions.explain(toExplain({ lines: says('v2') }))
  const arrival = once(held, 'arrived')
  const answer = say(t, origin, { lines: says('v2') })
  const [finish] = await arrival as [() => void]
  const revision = app.versions.update({ versions: { v3: { upstream: v3 } }, aliases: { latest: 'v3' } })
  const later = await say(t, origin, { lines: says('v2') })
  finish()
  const live = await answer

  t.match(JSON.parse(live.body), { servedBy: 'v2' })
  t.match(decisions[0], { id: 'v2', revision: 1 })
  agree(t, explanation, live, decisions[0]!)
  t.equal(revision, 2)
  t.match(JSON.parse(later.body), { code: 'VERSION_UNKNOWN', supported: ['v3'] })
})

t.test('44: a resolver for Accept-Version is rejected at boot with an explanation', async (t) => {
  await t.rejects(startCase(t, { resolve: { override: [fromHeader('Accept-Version')] } }), {
    code: 'VERSION_CONFIG_INVALID',
    message: /resolve\.override\[0\]: expected another header in fromHeader\('api-version'\).*404.*got 'Accept-Version'/
  })
})

/** The stages one by one, with a route of the app's own among them. */
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
