import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { followSockets } from '../helpers/sockets.ts'
import { readAll, startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'
import { startWebSockets } from '../helpers/websocket.ts'

const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

const odd = {
  'a reserved opcode': Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
  'reserved bits': Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
  'a length that is not allowed': Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  'a control frame that is too long': Buffer.from([0x89, 0xfe, 1, 0, 0, 0, 0, 0]),
  'a close frame with half a code': Buffer.from([0x88, 0x81, 0, 0, 0, 0, 3]),
  'a frame without a mask': Buffer.from([0x81, 1, 97]),
  'bytes that are no frames': Buffer.concat([Buffer.from([0x70]), randomBytes(1000)])
}

// The two ends validate frames. The gateway only counts those of the upstream, and must tolerate all of them.
for (const [what, bytes] of Object.entries(odd)) {
  t.test(`the upstream closes a WebSocket after ${what} from the client`, async (t) => {
    const sockets = followSockets(t)
    const { origin: targets } = await startWebSockets(t)
    const { origin } = await gatewayTo(t, { targets })
    const { socket, head } = await upgrade(t, origin, upgradeLines('/', 'websocket', ...key))

    socket.write(bytes)
    const response = Buffer.from(await readAll(socket, 'latin1'), 'latin1')

    t.match(head, /^HTTP\/1\.1 101 /)
    t.equal(response[0], 0x88)
    t.ok([1002, 1009].includes(response.readUInt16BE(2)))
    t.equal(await sockets.allClosed(), 4)
  })

  t.test(`the client receives ${what} from the upstream unchanged`, async (t) => {
    const sockets = followSockets(t)
    const { origin: targets, last } = await startSwitching(t)
    const { app, origin } = await gatewayTo(t, { targets }, undefined, { closeGraceMs: 20 })
    const { socket } = await upgrade(t, origin, upgradeLines('/', 'websocket'))
    const { socket: peer } = await last()

    peer.end(bytes)
    const received = await readAll(socket, 'latin1')
    const closed = once(peer.resume(), 'close')
    await app.close()
    await closed

    t.equal(received, bytes.toString('latin1'))
    t.equal(await sockets.allClosed(), 4)
  })
}
