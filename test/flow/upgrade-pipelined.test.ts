import { once } from 'node:events'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { upgradeLines } from '../helpers/upgrades.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Node hands a connection over with an upgrade while previous requests are still in flight. A second
// response on it throws, and nothing catches the error: one client could crash the gateway.
for (const protocol of ['websocket', 'h2c']) {
  t.test(`an upgrade to ${protocol} that is pipelined behind a pending request does not affect other clients`, async (t) => {
    let respond = (): void => {}
    const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
      if (url === '/slow') respond = () => response.end('slow')
      else response.end('ok')
    })
    const { app, origin, send } = await gatewayTo(t, { targets: upstream })
    const socket = await openSocket(t, origin)
    const closed = once(socket.on('error', () => {}).resume(), 'close')

    socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n' + upgradeLines('/', protocol).join('\r\n'))
    await once(app.server, 'request')
    const response = await send('/other')
    respond()
    socket.end()
    await closed

    t.equal(await response.text(), 'ok')
  })
}
