import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

/** A session with a gateway that speaks HTTP/2. */
async function startSession (t: Test) {
  const app = Fastify({ http2: true })
  const [latest, v2] = await Promise.all([startUpstream(t, 'latest'), startUpstream(t, 'v2')])
  await app.register(versionGateway, {
    versions: { latest: { upstream: latest }, v2: { upstream: v2 } },
    sanitize: { owned: ['x-target-version'] },
    resolve: { override: [fromHeader('x-version')], default: 'latest' }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.teardown(async () => {
    session.destroy()
    await app.close()
  })
  return session
}

t.test('a request over HTTP/2 is decided and forwarded, without what is HTTP/2\'s own', async (t) => {
  const session = await startSession(t)

  const seen = await json(session.request({ ':path': '/orders?a=1', 'x-version': 'v2', 'x-target-version': 'v1' })) as Seen

  t.match(seen, { servedBy: 'v2', method: 'GET', path: '/orders?a=1' })
  const names = Object.keys(seen.headers).filter((name) => !/forwarded|x-real-ip/.test(name))
  t.strictSame(names.sort(), ['api-version', 'connection', 'host', 'via', 'x-version'])
  t.equal(seen.headers.via, '2.0 version-gateway')
})

t.test('a body over HTTP/2 needs no length', async (t) => {
  const session = await startSession(t)
  const stream = session.request({ ':method': 'POST', ':path': '/orders' })

  stream.write('hello, ')
  stream.end('world')
  const seen = await json(stream) as Seen

  t.match(seen, { body: 'hello, world', headers: { 'transfer-encoding': 'chunked' } })
})
