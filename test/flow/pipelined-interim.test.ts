import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

t.test('interim responses to a pipelined request follow the response to the request before it', async (t) => {
  const held: Socket[] = []
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n'
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', (data) => {
      if (String(data).startsWith('GET /a')) held.push(socket)
      else socket.end(`${hints}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb`)
    }).once('close', () => closed++)
  }).listen(0, '127.0.0.1')
  let closed = 0
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { origin } = await gatewayTo(t, { targets: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const client = await openSocket(t, origin)
  let received = ''
  client.setEncoding('latin1').on('data', (text: string) => { received += text })

  client.write('GET /a HTTP/1.1\r\nHost: a.test\r\n\r\nGET /b HTTP/1.1\r\nHost: a.test\r\n\r\n')
  // The response to the second request arrives first.
  await until(() => held.length === 1 && closed === 1)
  t.equal(received, '')
  held[0]!.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na')
  await until(() => received.endsWith('\r\n\r\nb'))

  t.match(received, /^HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\naHTTP\/1\.1 103 Early Hints\r\nLink: <\/b\.css>\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
})
