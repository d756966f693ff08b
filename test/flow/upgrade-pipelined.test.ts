import { once } from 'node:events'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { upgradeLines } from '../helpers/upgrades.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Node gives a connection away with an upgrade while requests before it are still being answered. A second
// response on it throws, and nobody is there to catch it: one client could end the gateway.
for (const protocol of ['websocket', 'h2c']) {
  t.test(`an upgrade to ${protocol} that is pipelined behind a pending request does not affect other clients`, async (t) => {
    let answer = (): void => {}
    const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
      if (url === '/slow') answer = () => response.end('slow')
      else response.end('ok')
    })
    const { app, origin, send } = await gatewayTo(t, { targets: upstream })
    const socket = await openSocket(t, origin)
    const closed = once(socket.on('error', () => {}).resume(), 'close')

    socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n' + upgradeLines('/', protocol).join('\r\n'))
    await once(app.server, 'request')
    const response = await send('/other')
    answer()
    socket.end()
    await closed

    t.equal(await response.text(), 'ok')
  })
}
