import { text } from 'node:stream/consumers'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { openSocket } from '../helpers/raw.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { run } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'

const config = (upstream: string, closeGraceMs: number): string => [
  'server: { port: 0, log: silent }', `versions: { v1: { upstream: ${upstream} } }`, 'aliases: { latest: v1 }',
  `forward: { closeGraceMs: ${closeGraceMs} }`
].join('\n')

/** Starts upstreams that never respond, and record their connections. */
const silent = {
  'an HTTP/1.1 upstream': async (t: Test, held: unknown[]) => `{ targets: '${await rawUpstream(t, (socket) => held.push(socket))}' }`,
  'an HTTP/2 upstream': async (t: Test, held: unknown[]) => {
    const { targets } = await rawHttp2Upstream(t, (_id, socket) => {
      held.push(socket.pause())
      return []
    })
    return `{ targets: '${targets}', http2: true, tls: { rejectUnauthorized: false } }`
  }
}

for (const [what, start] of Object.entries(silent)) {
  t.test(`SIGTERM after a reload aborts a request to ${what} after the new grace period`, async (t) => {
    const held: unknown[] = []
    const upstream = await start(t, held)
    const { origin, write, host, standalone } = await run(t, config(upstream, 1_000_000))
    const { app } = standalone
    const client = await openSocket(t, origin)
    client.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
    await until(() => held.length === 1)
    await write('gateway.yaml', config(upstream, 20))
    host.emit('SIGHUP')
    await until(() => standalone.app !== app)

    host.emit('SIGTERM')

    t.match(await text(client), /^HTTP\/1\.1 502 /)
    t.equal(await host.ended(), 0)
  })
}

t.test('SIGTERM after a reload closes a WebSocket after the new grace period', async (t) => {
  const held: Socket[] = []
  const origin = await rawUpstream(t, (socket) => {
    held.push(socket)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  const { origin: gateway, write, host, standalone } = await run(t, config(`'${origin}'`, 1_000_000))
  const { app } = standalone
  const client = await openSocket(t, gateway)
  client.on('error', () => {}).resume()
  client.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n')
  await until(() => held.length === 1)
  await write('gateway.yaml', config(`'${origin}'`, 20))
  host.emit('SIGHUP')
  await until(() => standalone.app !== app)

  host.emit('SIGTERM')

  t.equal(await host.ended(), 0)
})
