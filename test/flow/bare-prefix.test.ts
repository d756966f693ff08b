import { once } from 'node:events'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import versionGateway, { fromPath } from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

/** Starts a gateway under a prefix. Its upstream returns what it received. @returns the origin of the gateway */
async function startUnder (t: Test, prefix: string, rewritePrefix: string, app = makeApp(t)): Promise<string> {
  const upstream = { targets: await startUpstream(t, 'v2'), rewritePrefix }
  await app.register(versionGateway, { ...prefix !== '' && { prefix }, versions: { v2: { upstream } }, resolve: { override: [fromPath()], default: 'v2' } })
  return await listen(app)
}

for (const [prefix, rewritePrefix, path, forwarded] of [
  ['/payments', '/payments', '/payments', '/payments'],
  ['/payments', '/payments', '/payments?x=1', '/payments?x=1'],
  ['/payments', '/payments', '/payments/', '/payments/'],
  ['/payments', '/payments', '/payments/?x=1', '/payments/?x=1'],
  ['/payments', '/payments', '/payments/1', '/payments/1'],
  ['/payments', '/payments', '/payments/1/', '/payments/1/'],
  ['/payments', '/b', '/payments?', '/b?'],
  ['/payments', '/b/', '/payments', '/b'],
  ['/payments', '/b/', '/payments/', '/b/'],
  ['/payments', '/b/', '/payments/1', '/b/1'],
  ['/payments', '/', '/payments?x=1', '/?x=1'],
  ['/payments', '/', '/payments/?x=1', '/?x=1'],
  ['/payments', '/b', '/%70ayments?x=1', '/b?x=1'],
  ['/:tenant/payments', '/b', '/acme/payments?x=1', '/b?x=1'],
  ['/payments', '/b', '/payments/v2?x=1', '/b?x=1'],
  ['/payments', '/b', '/payments/v2/?x=1', '/b/?x=1'],
  ['', '/b', '/v2?x=1', '/b?x=1'],
  ['', '/b', '/v2/?x=1', '/b/?x=1'],
  ['', '/b', '/?x=1', '/b/?x=1'],
  ['', '/', '/v2', '/']
] as const) {
  t.test(`with prefix '${prefix}' and rewritePrefix '${rewritePrefix}', ${path} is forwarded as ${forwarded}`, async (t) => {
    const origin = await startUnder(t, prefix, rewritePrefix)

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.equal(bodyOf<Seen>(response).path, forwarded)
  })
}

t.test('a bare prefix in absolute form is forwarded without a trailing slash', async (t) => {
  const origin = await startUnder(t, '/payments', '/payments')

  const response = await sendRaw(t, origin, ['GET http://api.test/payments?x=1 HTTP/1.1', 'Host: api.test'])

  t.equal(bodyOf<Seen>(response).path, '/payments?x=1')
})

t.test('a bare prefix over HTTP/2 is forwarded without a trailing slash', async (t) => {
  const { app } = await makeHttp2App(t)
  const session = connect(await startUnder(t, '/payments', '/payments', app))
  t.teardown(() => session.destroy())

  const stream = session.request({ ':path': '/payments?x=1' })
  await once(stream, 'response')

  t.equal((JSON.parse(await text(stream)) as Seen).path, '/payments?x=1')
})

t.test('the bare prefix of a WebSocket is forwarded without a trailing slash', async (t) => {
  const upstream = await startSwitching(t)
  const app = makeApp(t)
  await app.register(versionGateway, { prefix: '/ws', versions: { latest: { upstream: { targets: upstream.origin, rewritePrefix: '/ws' } } } })

  const { socket, head } = await upgrade(t, await listen(app), upgradeLines('/ws?x=1', 'websocket'))

  t.match(head, /^HTTP\/1\.1 101 /)
  t.equal((await upstream.last()).request.url, '/ws?x=1')
  socket.resetAndDestroy()
})

t.test('an upstream that removes trailing slashes redirects once, not in a loop', async (t) => {
  const targets = await startUpstream(t, 'v1', (request, response) => {
    if (request.url!.endsWith('/')) response.writeHead(301, { location: request.url!.slice(0, -1) }).end()
    else response.end('found')
  })
  const app = makeApp(t)
  await app.register(versionGateway, { prefix: '/payments', versions: { latest: { upstream: { targets, rewritePrefix: '/payments' } } } })

  const response = await fetch(`${await listen(app)}/payments/`)

  t.strictSame([await response.text(), response.redirected], ['found', true])
})
