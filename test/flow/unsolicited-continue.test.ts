import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'

// A client must accept an unsolicited 100 (RFC 9110 15.2), and so must the gateway.

const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'
const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Starts a gateway to an upstream that responds to every request on a connection with these bytes. */
async function gatewayToBytes (t: Test, bytes: string) {
  const connections: Duplex[] = []
  const targets = await rawUpstream(t, (socket) => {
    connections.push(socket)
    socket.write(bytes, 'latin1')
    socket.on('data', () => socket.write(bytes, 'latin1'))
  })
  return { connections, ...await gatewayTo(t, { targets, connections: 1 }) }
}

for (const [what, bytes] of [
  ['one', goOn + ok], ['several', goOn.repeat(3) + ok], ['one with fields', `HTTP/1.1 100 Continue\r\nServer: a\r\n\r\n${ok}`],
  ['one after an empty line', `\r\n${goOn}${ok}`]
] as const) {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    t.test(`the response after an unsolicited 100 Continue arrives: ${what}, ${method}`, async (t) => {
      const { send, targets, connections } = await gatewayToBytes(t, bytes)
      const init = method.startsWith('P') ? { method, body: 'body' } : { method }

      const responses = [await send('/a', init), await send('/b', init)]

      t.strictSame(await Promise.all(responses.map((response) => response.text())), ['ok', 'ok'])
      t.match(targets()[0], { healthy: true })
      t.equal(connections.length, 1, 'the connection is used again')
    })
  }
}

t.test('an unsolicited 100 Continue that arrives byte by byte is dropped', async (t) => {
  const targets = await rawUpstream(t, async (socket) => {
    socket.setNoDelay()
    for (const byte of goOn + ok) await new Promise((resolve) => socket.write(byte, resolve))
  })
  const { send } = await gatewayTo(t, { targets })

  const response = await send('/')

  t.equal(await response.text(), 'ok')
})

t.test('an unsolicited 100 Continue before and after a 103 is dropped', async (t) => {
  const { origin } = await gatewayToBytes(t, goOn + hints + goOn + ok)

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a.test'])

  t.match(response, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
})

t.test('an unsolicited 100 Continue before a 101 is dropped', async (t) => {
  const { origin } = await gatewayToBytes(t, `${goOn}HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`)
  const socket = await openSocket(t, origin)

  socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
  const [response] = await once(socket, 'data')

  t.match(String(response), /^HTTP\/1\.1 101 Switching Protocols\r\n/)
})

t.test('a flood of unsolicited 100 Continue responses results in a 502', async (t) => {
  const { send } = await gatewayToBytes(t, goOn.repeat(10_000))

  const response = await send('/')

  t.equal(response.status, 502)
})
