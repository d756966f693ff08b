import { once } from 'node:events'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'
import { startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

async function start (t: Test, prefix: string, app = makeApp(t)): Promise<string> {
  await app.register(versionGateway, { ...prefix !== '' && { prefix }, versions: { latest: { upstream: await startUpstream(t, 'v1') } } })
  return await listen(app)
}

for (const [prefix, path, forwarded] of [
  ['', '/caf%E9', '/caf%E9'], ['', '/%FF', '/%FF'], ['', '/%ff/a%20b?q=%E9', '/%ff/a%20b?q=%E9'], ['/api', '/api/caf%E9', '/caf%E9'],
  ['/api', '/%61pi/caf%E9', '/caf%E9'], ['/:tenant', '/caf%E9/a', '/a'], ['', '/%25E9', '/%25E9'], ['', '/%25/%E9', '/%25/%E9'], ['', '/%C3%A9/%C3', '/%C3%A9/%C3']
] as const) {
  t.test(`with prefix '${prefix}', ${path} is forwarded as ${forwarded}`, async (t) => {
    const origin = await start(t, prefix)

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.equal(bodyOf<Seen>(response).path, forwarded)
  })
}

for (const path of ['/api/%', '/api/%zz', '/api/a%2', '/api/%E9%', '/api/%E9/../a', '/api/%E9/%2e%2e/a']) {
  t.test(`${path} is refused with a problem`, async (t) => {
    const origin = await start(t, '/api')

    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"REQUEST_MALFORMED"/)
  })
}

t.test('bytes that are not UTF-8 are forwarded over HTTP/2', async (t) => {
  const { app } = await makeHttp2App(t)
  const session = connect(await start(t, '/api', app))
  t.teardown(() => session.destroy())

  const stream = session.request({ ':path': '/api/caf%E9' })
  await once(stream, 'response')

  t.equal((JSON.parse(await text(stream)) as Seen).path, '/caf%E9')
})

t.test('bytes that are not UTF-8 are forwarded in the path of a WebSocket', async (t) => {
  const upstream = await startSwitching(t)
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { latest: { upstream: upstream.origin } } })

  const { socket, head } = await upgrade(t, await listen(app), upgradeLines('/caf%E9', 'websocket'))
  socket.resetAndDestroy()

  t.match(head, /^HTTP\/1\.1 101 /)
  t.equal((await upstream.last()).request.url, '/caf%E9')
})

t.test('outside the gateway, Fastify still refuses such a path with 400', async (t) => {
  const origin = await start(t, '/api')

  const response = await sendRaw(t, origin, ['GET /caf%E9 HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 400 [^]*FST_ERR_BAD_URL/)
})
