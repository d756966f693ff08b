import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { missingPackages } from '../examples/waf/nginx.ts'
import { unlessMissing } from './helpers/externals.ts'
import { curl, printed, runExample } from './helpers/run-example.ts'

/** Runs an example and every curl line that it prints. */
async function responsesOf (t: Test, file: string) {
  const output = await printed(runExample(t, file), /curl[^]*\n\n/)
  return await Promise.all(output.split('\n').filter((line) => line.startsWith('curl')).map(curl))
}

t.test('quickstart', async (t) => {
  const [plain, override, unknown] = await responsesOf(t, 'quickstart.ts')

  t.match(JSON.parse(plain!.body), { servedBy: 'latest', path: '/orders' })
  t.match(JSON.parse(override!.body), { servedBy: 'v2' })
  t.match(JSON.parse(unknown!.body), { status: 400, code: 'VERSION_UNKNOWN', supported: ['latest', 'v2'] })
})

t.test('existing-app', async (t) => {
  const [health, anonymous, proxied, override, alice, aliceProxied, me, partner] = await responsesOf(t, 'existing-app.ts')

  t.equal(health!.body, 'ok\n')
  t.match(JSON.parse(anonymous!.body), { sub: null, version: { id: 'latest', tier: 'default' } })
  t.match(JSON.parse(proxied!.body), { servedBy: 'latest', path: '/orders' })
  t.match(JSON.parse(override!.body), { servedBy: 'v2', path: '/orders' })
  t.match(JSON.parse(alice!.body), { sub: 'alice', version: { id: 'v2', tier: 'pin', source: 'claim:version' } })
  t.match(JSON.parse(aliceProxied!.body), { servedBy: 'v2', headers: { 'x-user-id': 'alice' } })
  t.match(JSON.parse(me!.body), { user: { sub: 'alice' }, version: 'v2' })
  t.match(JSON.parse(partner!.body), { servedBy: 'v2', path: '/orders', headers: { 'x-user-id': 'alice' } })
})

t.test('sessions', async (t) => {
  const [login, alice, anonymous, bob, compressed] = await responsesOf(t, 'sessions.ts')

  t.match(login!.headers['set-cookie'], [/^sessionId=/])
  t.match(JSON.parse(alice!.body), { servedBy: 'v2', path: '/orders', headers: { 'x-tenant': 'acme', cookie: undefined } })
  t.match(alice!.headers['set-cookie'], [/^sessionId=/])
  t.match(JSON.parse(anonymous!.body), { servedBy: 'latest', headers: { 'x-tenant': undefined } })
  t.match(bob, { status: 502, body: '{"sorry":"UPSTREAM_UNAVAILABLE"}' })
  t.equal(compressed!.headers['content-encoding'], 'gzip')
})

t.test('get-jwks', async (t) => {
  const [acme, globex, forged] = await responsesOf(t, 'get-jwks.ts')

  t.match(JSON.parse(acme!.body), { servedBy: 'v2' })
  t.match(JSON.parse(globex!.body), { servedBy: 'latest' })
  t.match(JSON.parse(forged!.body), { status: 401, code: 'TOKEN_INVALID' })
})

t.test('testing', async (t) => {
  const example = runExample(t, 'testing.ts')
  const [output, [code]] = await Promise.all([text(example.stdout), once(example, 'exit')])

  t.equal(code, 0, output)
  t.match(output, /pass 5/)
})

t.test('custom-resolver', async (t) => {
  const [plain, host, tenant, broken] = await responsesOf(t, 'custom-resolver.ts')

  t.match(JSON.parse(plain!.body), { servedBy: 'latest' })
  t.match(JSON.parse(host!.body), { servedBy: 'v2' })
  t.match(JSON.parse(tenant!.body), { servedBy: 'v2' })
  t.match(JSON.parse(broken!.body), { status: 503, code: 'VERSION_RESOLUTION_UNAVAILABLE', source: 'tenant' })
})

t.test('frontegg', async (t) => {
  const [alice, spoofed] = await responsesOf(t, 'frontegg.ts')

  t.match(JSON.parse(alice!.body), { servedBy: 'v2', headers: { 'x-target-version': 'v2', 'x-tenant-id': 'acme' } })
  t.equal(JSON.parse(spoofed!.body).servedBy, 'latest')
  t.notOk('x-tenant-id' in JSON.parse(spoofed!.body).headers)
})

t.test('life-cycle', async (t) => {
  const output = await printed(runExample(t, 'life-cycle.ts'), /curl[^]*\n\n/)
  const [retired, plain, versions] = await Promise.all(output.split('\n').filter((line) => line.startsWith('curl')).map(curl))

  for (const text of [
    'event deprecated-use: acme uses v1', 'deprecation: @1780272000', 'acme asks for v1: 410 VERSION_BROWNOUT', 'retry-after: 86400',
    'globex asks for v1: served by v1', 'usage: globex, 1 time(s), the last one on 2026-12-20', 'globex asks for v1: 410 VERSION_RETIRED'
  ]) t.ok(output.includes(text), text)
  t.match(output, /retire: Version 'v1' is in use\. Callers seen recently: 1\. .*\n *retire, with force: done/)
  t.match(JSON.parse(retired!.body), { status: 410, code: 'VERSION_RETIRED', successor: 'v2', supported: ['v2'] })
  t.match(JSON.parse(plain!.body), { servedBy: 'v2' })
  t.match(JSON.parse(versions!.body), { default: 'v2', aliases: { latest: 'v2' }, versions: [{ id: 'v2', state: 'active' }] })
})

t.test('shadow', async (t) => {
  const output = await printed(runExample(t, 'shadow.ts'), /curl[^]*\n\n/)
  const [orders, shadow] = await Promise.all(output.split('\n').filter((line) => line.startsWith('curl')).map(curl))

  t.match(output, 'GET /orders differs: value at /items/1/price')
  t.match(JSON.parse(orders!.body), { items: [{ price: 10 }, { price: 20 }] })
  t.match(JSON.parse(shadow!.body), ['v4 differs from v3 in 100 % of GET /orders, at /items/1/price'])
})

t.test('cluster', async (t) => {
  const example = runExample(t, 'cluster.ts', ['8'])
  const output = await printed(example, /curl[^]*\n\n/)
  const [plain, pinned] = await Promise.all(output.split('\n').filter((line) => line.startsWith('curl')).map(curl))
  const ended = once(example, 'exit')

  example.kill('SIGTERM')

  t.match(output, /^8 workers listen .*asked for its keys 1 time/)
  t.match(JSON.parse(plain!.body), { servedBy: 'latest' })
  t.match(JSON.parse(pinned!.body), { servedBy: 'v2' })
  t.strictSame(await ended, [0, null])
})

t.test('distributed-attack', async (t) => {
  const output = await printed(runExample(t, 'distributed-attack.ts'), /account, endpoint[^]*\n\n/)
  const [none, perAddress, layered] = ['none', 'per address', 'address, account, endpoint'].map((name) =>
    new RegExp(`^${name} +(\\d+) % +(\\d+) % +(\\d+)$`, 'm').exec(output)!.slice(1).map(Number))

  t.match(none, [100, Number, 220])
  t.match(perAddress, [100, Number, 220])
  t.ok(perAddress![1]! < 50, 'the database fails most merchants')
  t.match(layered, [20, 100, 60])
})

t.test('waf', unlessMissing(missingPackages()), async (t) => {
  const example = runExample(t, 'waf/waf.ts')
  const [output, [code]] = await Promise.all([text(example.stdout), once(example, 'exit')])

  t.equal(code, 0)
  t.strictSame(output.trim().split('\n').slice(1).map((line) => line.replaceAll(/ {2,}/g, ' | ')), [
    ...['observe | a harmless search', 'observe | a harmless change', 'observe | a harmless upload of 1 MB'].map((line) => `${line} | 200 | passed`),
    ...['observe | SQL injection in the query', 'observe | SQL injection in a form', 'observe | SQL injection in JSON'].map((line) => `${line} | 200 | would-refuse`),
    ...['enforce | a harmless search', 'enforce | a harmless change', 'enforce | a harmless upload of 1 MB'].map((line) => `${line} | 200 | passed`),
    ...['enforce | SQL injection in the query', 'enforce | SQL injection in a form', 'enforce | SQL injection in JSON'].map((line) => `${line} | 403 | refused`)
  ])
})
