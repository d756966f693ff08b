import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { type OnStream, respondWith } from '../helpers/http2-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

/** Starts an upstream that only speaks HTTP/2 without TLS. */
async function startH2c (t: Test, onStream: OnStream, path?: string) {
  const server = createServer()
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => sessions.add(session)).on('stream', (stream, headers) => onStream(stream.on('error', () => {}), headers))
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return path === undefined ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : `unix+http://${path}`
}

const describeRequest: OnStream = (stream, headers) => {
  stream.respond({ ':status': 200 })
  stream.end(`${headers[':scheme']} ${headers[':authority']}`)
}

for (const where of ['a port', 'a Unix socket']) {
  t.test(`an http:// target on ${where} with http2: true is requested over HTTP/2 with prior knowledge`, async (t) => {
    const targets = await startH2c(t, describeRequest, where === 'a port' ? undefined : join(await mkdtemp(join(tmpdir(), 'h2c-')), 'app.sock'))
    const { send, targets: health } = await gatewayTo(t, { targets, http2: true })

    const responses = await Promise.all(Array.from({ length: 20 }, async () => await (await send('/')).text()))

    t.strictSame(new Set(responses), new Set([`http ${targets.startsWith('unix') ? 'localhost' : new URL(targets).host}`]))
    t.match(health()[0], { pending: 0, failures: 0 })
  })
}

t.test('health checks of such a target also use HTTP/2', async (t) => {
  const paths: unknown[] = []
  const targets = await startH2c(t, (stream, headers) => {
    paths.push(headers[':path'])
    respondWith('ok')(stream, headers)
  })
  const active: NonNullable<UpstreamOptions['health']>['active'] = { path: '/healthz', successes: 1 }
  const { targets: health } = await gatewayTo(t, { targets, http2: true, health: { active } })

  await until(() => health()[0]!.active !== 'unknown')

  t.match(health()[0], { active: 'up' })
  t.strictSame(paths, ['/healthz'])
})

t.test('a target that only speaks HTTP/1.1 results in a 502, and its last error names the remedy', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { send, targets } = await gatewayTo(t, { targets: upstream, http2: true })

  const response = await send('/')

  t.equal(response.status, 502)
  t.match(targets()[0]!.lastError, /http2/)
})
