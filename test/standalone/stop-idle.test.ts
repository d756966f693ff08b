import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import type { Socket } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import t, { type Test } from 'tap'
import { normalizeServer } from '../../lib/config/normalize-file.ts'
import { Listener } from '../../lib/server/listener.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { openSocket } from '../helpers/raw.ts'

/** Longer than any test, so that only an idle connection is closed before. */
const limitMs = 1_000_000

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

async function listen (t: Test, http2?: boolean) {
  const { ca, server } = await makeAuthority()
  const tls = http2 === undefined ? {} : { tls: await server('127.0.0.1'), http2 }
  const app = createServer((_request, response) => response.end('ok'))
  const listener = await Listener.listen(normalizeServer({ port: 0, ...tls }), app, () => {})
  t.teardown(async () => await listener.close(0, 0))
  return { listener, ca }
}

async function openTls (t: Test, origin: string, options: ConnectionOptions): Promise<Socket> {
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', ...options })
  t.teardown(() => socket.destroy())
  await once(socket.on('error', () => {}), 'secureConnect')
  return socket
}

t.test('a connection without a request does not delay the shutdown', async (t) => {
  const { listener } = await listen(t)
  const socket = await openSocket(t, listener.address)
  socket.on('error', () => {}).resume()
  const closed = once(socket, 'close')

  await listener.close(1, limitMs)

  await t.resolves(closed)
})

t.test('a connection in its TLS handshake does not delay the shutdown', async (t) => {
  const { listener } = await listen(t, false)
  const silent = await openSocket(t, listener.address)
  const begun = await openSocket(t, listener.address)
  // The header of a handshake record, without the record.
  begun.write(Buffer.from([22, 3, 1, 1, 0]))
  for (const socket of [silent, begun]) socket.on('error', () => {}).resume()

  await t.resolves(listener.close(1, limitMs))
})

for (const http2 of [false, true]) {
  t.test(`a TLS connection without a request does not delay the shutdown${http2 ? ' of a listener for HTTP/2' : ''}`, async (t) => {
    const { listener, ca } = await listen(t, http2)
    const socket = await openTls(t, listener.address, { ca, ALPNProtocols: ['http/1.1'] })
    socket.resume()

    await t.resolves(listener.close(1, limitMs))
  })
}

t.test('an HTTP/2 connection without a stream does not delay the shutdown', async (t) => {
  const { listener, ca } = await listen(t, true)
  const session = connectHttp2(listener.address, { ca })
  await once(session, 'remoteSettings')
  const closed = once(session, 'close')

  await listener.close(1, limitMs)

  await t.resolves(closed)
})

for (const [what, bytes] of [['has sent nothing', ''], ['has sent only its preface', preface]] as const) {
  t.test(`an HTTP/2 client that ${what} and keeps its side open does not delay the shutdown`, async (t) => {
    const { listener, ca } = await listen(t, true)
    const socket = await openTls(t, listener.address, { ca, ALPNProtocols: ['h2'], allowHalfOpen: true } as ConnectionOptions)
    socket.write(bytes)
    socket.pause()

    await t.resolves(listener.close(1, limitMs))
  })
}

t.test('a request whose headers have begun to arrive is served completely', async (t) => {
  const { listener } = await listen(t)
  const socket = await openSocket(t, listener.address)
  const unused = await openSocket(t, listener.address)
  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n')
  const closed = listener.close(1, limitMs)
  await once(unused.resume(), 'close')

  socket.write('Connection: close\r\n\r\n')
  const [response] = await once(socket, 'data')
  await closed

  t.match(String(response), /^HTTP\/1\.1 200 /)
})
