import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import t from 'tap'
import { normalizeUpstream } from '../../lib/config/normalize-upstream.ts'
import { connectorTo } from '../../lib/transport/connector.ts'
import { Http1Pool } from '../../lib/transport/http1-pool.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'

t.test('the socket of an upgraded connection is passed on unmodified', async (t) => {
  const server = createServer().on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pool = new Http1Pool(address, { connect: connectorTo(address, normalizeUpstream(address)) })
  t.teardown(async () => await pool.destroy())

  const socket = await new Promise<Duplex>((resolve, reject) => {
    const { handler } = makeHandler()
    handler.onUpgrade = (_rawHeaders, upgraded) => resolve(upgraded)
    handler.onError = reject
    pool.dispatch({ method: 'GET', path: '/', headers: [], body: null, upgrade: 'websocket' }, handler)
  })
  t.teardown(() => socket.destroy())

  t.strictSame(['read', '_read', 'push', '_write', '_writev', 'destroy'].filter((name) => Object.hasOwn(socket, name)), [])
})
