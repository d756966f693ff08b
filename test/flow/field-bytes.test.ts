import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import t, { type Test } from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'

// Values of fields pass byte for byte (RFC 9110 5.5), even if the head is sent before the body.

const value = Buffer.from('attachment; filename="é日.txt"')
const body = 'body'

/** Starts an upstream that sends its head, and the body only when the test asks for it. */
async function startUpstream (t: Test, head: string) {
  let connection: Socket | undefined
  const address = await rawUpstream(t, (socket) => {
    connection = socket
    socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\nX-Value: `), value, Buffer.from('\r\n\r\n')]))
  })
  return { address, send: (text: string) => { connection!.end(text) } }
}

/** Reads the head of a response. */
async function readHead (socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (!head.includes('\r\n\r\n')) head = Buffer.concat([head, (await once(socket, 'data') as [Buffer])[0]])
  return head
}

const framings: Record<string, [head: string, body: string]> = {
  'a length': ['200 OK\r\nContent-Length: 4', body],
  'a length, server-sent events': ['200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4', body],
  chunks: ['200 OK\r\nTransfer-Encoding: chunked', `4\r\n${body}\r\n0\r\n\r\n`],
  'the end of the connection': ['200 OK\r\nConnection: close', body]
}
for (const [framing, [head, sent]] of Object.entries(framings)) {
  for (const version of ['1.0', '1.1']) {
    t.test(`the bytes of a field pass over HTTP/${version} if the body, delimited by ${framing}, follows later`, async (t) => {
      const upstream = await startUpstream(t, head)
      const { origin } = await gatewayTo(t, { targets: upstream.address })
      const socket = await openSocket(t, origin)
      socket.write(`GET / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`)

      const received = await readHead(socket)
      upstream.send(sent)
      let rest = ''
      for await (const chunk of socket) rest += String(chunk)

      t.ok(received.includes(value), received.toString('latin1'))
      t.match(rest, body)
    })
  }
}

t.test('the bytes of a field pass over TLS if the body follows later', async (t) => {
  const authority = await makeAuthority()
  const upstream = await startUpstream(t, '200 OK\r\nContent-Length: 4')
  const app = makeApp(t, { https: await authority.server('localhost') } as object)
  const { origin } = await gatewayTo(t, { targets: upstream.address }, app)
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', servername: 'localhost', ca: authority.ca })
  t.teardown(() => socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')

  const received = await readHead(socket)
  upstream.send(body)

  t.ok(received.includes(value), received.toString('latin1'))
})

t.test('the bytes of a field of a 101 pass', async (t) => {
  const upstream = await startUpstream(t, '101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket')
  const { origin } = await gatewayTo(t, { targets: upstream.address })
  const socket = await openSocket(t, origin)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')

  const received = await readHead(socket)
  upstream.send('é')
  const [sent] = await once(socket, 'data') as [Buffer]

  t.ok(received.includes(value), received.toString('latin1'))
  t.equal(sent.toString(), 'é')
})
