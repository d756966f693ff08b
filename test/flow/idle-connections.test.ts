import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { gatewayToHttp2, respondWith } from '../helpers/http2-upstream.ts'
import { until } from '../helpers/until.ts'

const keepAlive = 55_555

t.test('an idle HTTP/1.1 connection is closed after timeouts.keepAlive', async (t) => {
  const sockets: Socket[] = []
  // The upstream would keep it open.
  const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => { response.end('ok') }).on('connection', (socket) => sockets.push(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const { send } = await gatewayTo(t, { targets: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeouts: { keepAlive: 10 } })

  await (await send('/')).text()
  await until(() => sockets[0]!.destroyed)
  const next = await send('/')

  t.equal(await next.text(), 'ok')
  t.equal(sockets.length, 2)
})

t.test('an idle HTTP/2 connection is closed after timeouts.keepAlive', async (t) => {
  const timers = holdTimers(t, keepAlive)
  const { send, sessions } = await gatewayToHttp2(t, respondWith('ok'), { timeouts: { keepAlive } })

  await (await send('/')).text()
  await until(() => timers.length === 1)
  timers[0]!.fire()
  await until(() => sessions[0]!.destroyed)
  const next = await send('/')

  t.equal(await next.text(), 'ok')
  t.equal(sessions.length, 2)
})

t.test('an HTTP/2 connection with a request in flight is not idle', async (t) => {
  const timers = holdTimers(t, keepAlive)
  const held: Array<() => void> = []
  const { send, sessions } = await gatewayToHttp2(t, (stream, headers) => {
    if (headers[':path'] === '/held') held.push(() => respondWith('late')(stream, headers))
    else respondWith('ok')(stream, headers)
  }, { timeouts: { keepAlive } })
  await (await send('/')).text()
  await until(() => timers.length === 1)
  const pending = send('/held')
  await until(() => held.length === 1)

  timers[0]!.fire()
  const concurrent = await send('/')
  held[0]!()

  t.equal(await concurrent.text(), 'ok')
  t.equal(await (await pending).text(), 'late')
  t.equal(sessions.length, 1)
})
