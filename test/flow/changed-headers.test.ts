import fc from 'fast-check'
import t from 'tap'
import { changing, startChanging } from '../helpers/changing-app.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { startUpstream, type Seen } from '../helpers/upstream.ts'

// A header in `request.headers` that differs from what the client sent belongs to the app.

for (const hook of ['onRequest', 'preHandler'] as const) {
  t.test(`headers that an ${hook} hook adds, replaces and removes reach the upstream`, async (t) => {
    const { send } = await startChanging(t, changing({ 'x-added': 'app', 'x-replaced': 'app', 'x-removed': undefined, cookie: undefined }), hook)

    const { headers, rawHeaders } = await send('X-Replaced: client', 'X-Removed: client', 'Cookie: a=1', 'X-Kept: client')

    t.match(headers, { 'x-added': 'app', 'x-replaced': 'app', 'x-kept': 'client' })
    t.notOk('x-removed' in headers || 'cookie' in headers)
    t.ok(rawHeaders.includes('X-Kept'), 'other names keep their case')
  })
}

for (const value of ['a\r\nx-admin: 1', '\u4e2d']) {
  t.test(`a value that HTTP does not allow is a mistake of the app: ${JSON.stringify(value)}`, async (t) => {
    const { app } = await startChanging(t, changing({ 'x-tenant': value }))

    const { statusCode, body } = await app.inject('/')

    t.equal(statusCode, 500)
    t.ok(body.includes('x-tenant'))
  })
}

t.test('a client cannot remove or change a header of the app', async (t) => {
  const { send } = await startChanging(t, changing({ 'x-tenant': 'app' }))

  for (const lines of [['X-Tenant: client'], ['X-Tenant: client', 'x-tenant: other'], ['X-Tenant: app', 'X-Tenant: other'], ['X_Tenant: client'], ['Connection: X-Tenant'], ['User-Agent: a', 'User-Agent: a']]) {
    const { headers } = await send(...lines)
    t.equal(headers['x-tenant'], 'app', lines.join())
    t.notOk('x_tenant' in headers)
  }
})

t.test('an owned header that an earlier hook has set survives a copy of the client', async (t) => {
  const { send } = await startChanging(t, changing({ 'x-tenant': 'app' }), 'onRequest', { sanitize: { owned: ['x-tenant'] } })

  t.equal((await send('X-Tenant: client')).headers['x-tenant'], 'app')
})

t.test('repeated owned headers of the client are removed, however Node joins them', async (t) => {
  const owned = ['x-tenant', 'set-cookie', 'if-range']
  const { send } = await startChanging(t, () => {}, 'preHandler', { sanitize: { owned } })

  const { headers } = await send(...owned.flatMap((name) => [`${name}: a=1`, `${name.toUpperCase()}: b=2`]))

  t.strictSame(owned.filter((name) => name in headers), [])
})

for (const [title, change, forward] of [
  ['in a hook after the gateway', changing({ 'x-tenant': 'app' }), {}],
  ['with forward.requestHeaders', () => {}, { requestHeaders: { names: ['x-tenant'], read: () => ({ 'x-tenant': 'app' }) } }]
] as const) {
  t.test(`an owned header that is set ${title} survives the same value of a client`, async (t) => {
    const { send } = await startChanging(t, change, 'preHandler', { sanitize: { owned: ['x-tenant'] }, forward })

    t.equal((await send('X-Tenant: app')).headers['x-tenant'], 'app')
  })
}

t.test('assigning request.headers counts as a change', async (t) => {
  const { send } = await startChanging(t, (request) => { request.headers = { 'x-tenant': 'app' } })

  t.match((await send('X-Tenant: client', 'X-Kept: client')).headers, { 'x-tenant': 'app', 'x-kept': 'client' })
})

t.test('a list of values is sent on separate lines, and numbers as text', async (t) => {
  const { send } = await startChanging(t, changing({ 'x-list': ['a', 'b'], 'x-number': 7 as unknown as string }))

  const { rawHeaders } = await send('X-List: client')

  t.strictSame(rawHeaders.filter((name) => /^x-(list|number)$/i.test(name)), ['x-list', 'x-list', 'x-number'])
  t.match(rawHeaders, ['a', 'b', '7'].reduce<object>((found, value) => ({ ...found, [rawHeaders.indexOf(value)]: value }), {}))
})

t.test('forwarding headers of the app replace those of the gateway', async (t) => {
  const { send } = await startChanging(t, changing({ 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' }))

  t.match((await send('X-Forwarded-Proto: wss', 'X-Forwarded-Port: 1')).headers, { 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', 'x-forwarded-for': '127.0.0.1' })
})

t.test('the version header, hop-by-hop headers and edits of the config outrank the app', async (t) => {
  const upstream = { targets: await startUpstream(t, 'latest'), headers: { request: { set: { 'x-set': 'config' }, remove: ['x-secret'] } } }
  const changes = { 'api-version': 'app', upgrade: 'h2c', te: 'trailers', 'x-set': 'app', 'x-secret': 'app' }
  const { send } = await startChanging(t, changing(changes), 'preHandler', { versions: { latest: { upstream } } })

  const { headers } = await send('X-Set: client')

  t.match(headers, { 'api-version': 'latest', 'x-set': 'config' })
  t.notOk('upgrade' in headers || 'te' in headers || 'x-secret' in headers)
})

t.test('a projected header that the app changes after verification is the app\'s', async (t) => {
  const app = makeApp(t)
  app.addHook('preHandler', async ({ headers }) => { headers['x-target-version'] = `app-${String(headers['x-target-version'])}` })
  const { bearer, see } = await startGateway(t, {}, app)

  t.equal((await see('/', { headers: bearer('v2') })).headers['x-target-version'], 'app-v2')
})

t.test('a body keeps its length and coding even if a hook changes these headers', async (t) => {
  const { origin } = await startChanging(t, changing({ 'content-encoding': 'gzip' }))

  const seen = await (await fetch(origin, { method: 'POST', body: 'four' })).json() as Seen

  t.match(seen, { body: 'four', headers: { 'content-length': '4' } })
  t.notOk('content-encoding' in seen.headers)
})

t.test('changes reach the upstream over HTTP/2 as well', async (t) => {
  const front = await makeHttp2App(t)
  const change = changing({ 'x-tenant': 'app', 'x-removed': undefined, cookie: undefined })
  front.app.addHook('preHandler', async (request) => { if (request.url === '/changed') change(request) })
  const { see } = await startHttp2Gateway(t, {}, front)
  const sent = { 'x-tenant': 'client', 'x-removed': '1', cookie: ['a=1', 'b=2'], 'x-repeated': ['1', '2'] }

  const [changed, unchanged] = [await see('/changed', sent), await see('/', sent)]

  t.match(changed.headers, { 'x-tenant': 'app', 'x-repeated': '1, 2' })
  t.notOk('x-removed' in changed.headers || 'cookie' in changed.headers)
  t.match(unchanged.headers, { 'x-tenant': 'client', 'x-removed': '1', cookie: 'a=1; b=2', 'x-repeated': '1, 2' })
})

t.test('changes reach the upstream with an upgrade', async (t) => {
  const upstream = await startSwitching(t)
  const { origin } = await startChanging(t, changing({ 'x-tenant': 'app', cookie: undefined }), 'preHandler', {
    versions: { latest: { upstream: { targets: upstream.origin, upgrades: { protocols: ['acme'] } } } }
  })

  await upgrade(t, origin, upgradeLines('/', 'acme', 'X-Tenant: client', 'Cookie: a=1'))
  const { request: { headers } } = await upstream.last()

  t.equal(headers['x-tenant'], 'app')
  t.notOk('cookie' in headers)
})

const names = fc.constantFrom('Accept', 'Cookie', 'Set-Cookie', 'User-Agent', 'Authorization', 'X-Custom', '7', 'Referer', '__proto__', 'constructor')
const fields = fc.array(fc.tuple(names, fc.constantFrom('a', 'b', 'a, b', '')), { maxLength: 12 })

t.test('without a change, every combination of repeated headers is forwarded line by line', async (t) => {
  const { send } = await startChanging(t, () => {})
  await fc.assert(fc.asyncProperty(fields, async (sent) => {
    const lines = sent.map(([name, value]) => `${name}: ${value}`)
    const { rawHeaders } = await send(...lines)
    const received = rawHeaders.flatMap((name, index) => index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]!}`] : [])
    t.strictSame(received.filter((line) => !/^(host|connection|via|forwarded|x-real-ip|x-forwarded-\w+|api-version):/.test(line)), lines)
  }), { numRuns: 60 })
})

t.test('a name in upper case is the same header, and null removes it', async (t) => {
  const { send } = await startChanging(t, ({ headers }) => {
    Object.assign(headers, { 'X-Tenant': 'app', 'x-removed': null, 'X-Moved': headers['x-moved'] })
    delete headers['x-moved']
  })

  const { headers } = await send('X-Tenant: client', 'X-Removed: client', 'X-Moved: client')

  t.match(headers, { 'x-tenant': 'app', 'x-moved': 'client' })
  t.notOk('x-removed' in headers)
})
