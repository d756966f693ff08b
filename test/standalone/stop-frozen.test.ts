import type { Socket } from 'node:net'
import t from 'tap'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { openSocket } from '../helpers/raw.ts'
import { run } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'

t.test('SIGTERM stops the process despite a frozen HTTP/2 upstream and one that keeps its connection open', async (t) => {
  const frozen: Socket[] = []
  const upstreams = [
    await rawHttp2Upstream(t, (_id, socket) => {
      frozen.push(socket.pause())
      return []
    }),
    await rawHttp2Upstream(t, (id) => [frames.headers(id), frames.data(id, 'ok', true), frames.goAway(id, 0)])
  ]
  const versions = upstreams.map(({ targets }, index) => `v${index}: { upstream: { targets: '${targets}', http2: true, tls: { rejectUnauthorized: false } } }`)
  const { origin, host } = await run(t, [
    'server: { port: 0, log: silent, drainMs: 20 }', `versions: { ${versions.join(', ')} }`, 'aliases: { latest: v1 }',
    "resolve: { override: [{ header: 'x-version' }] }", 'forward: { closeGraceMs: 20 }'
  ].join('\n'))
  const client = await openSocket(t, origin)
  client.write('GET / HTTP/1.1\r\nHost: api.test\r\nX-Version: v0\r\n\r\n')
  await until(() => frozen.length === 1)
  const { status } = await fetch(origin)

  host.emit('SIGTERM')

  t.equal(await host.ended(), 0)
  t.equal(status, 200)
})
