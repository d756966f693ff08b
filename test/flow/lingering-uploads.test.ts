import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import type { GatewayOptions } from '../../types/index.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

// A connection that is closed while the client still sends is reset by the system, and the reset destroys the response in
// transit. The gateway must read the upload to its end, no matter which side responds or asks to close the connection.

const length = 5_000_000
/** With `compatibility`, Node closes the connection, so that a client may get an error instead of the status line. */
const errors = inCompatibility ? ['ECONNRESET', 'EPIPE', 'cut off', ''] : []

/** Sends the whole upload before it reads anything. @returns the status line, or the error that the client got */
async function statusLine (origin: string, head: string, framing = ''): Promise<string> {
  const { port, hostname } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const failed = once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code!, () => 'none')
  socket.write(`${head}\r\n\r\n${framing}`)
  const sent = new Promise<void>((resolve) => { socket.write(Buffer.alloc(length), () => resolve()) })
  const read = sent.then(async () => {
    let text = ''
    for await (const chunk of socket.setEncoding('latin1')) text += String(chunk)
    return text.split('\r\n', 1)[0]!
  })
  return await Promise.race([read.catch(() => 'cut off'), failed])
}

const heads: Record<string, string> = {
  'a client that closes the connection': `POST /api HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}`,
  'an HTTP/1.0 client': `POST /api HTTP/1.0\r\nHost: a\r\nContent-Length: ${length}`
}
const refusing = async (t: Test): Promise<Partial<GatewayOptions>> => ({
  versions: { latest: { upstream: await startUpstream(t, 'v1', (_request, response) => { response.writeHead(413).end('x'.repeat(180_000)) }) } }
})
const responses: Record<string, [status: number, header: string, options: (t: Test) => Promise<Partial<GatewayOptions>>]> = {
  'an upstream that refuses it': [413, '', refusing],
  'an upstream that is down': [502, '', async () => ({ versions: { latest: { upstream: await deadOrigin() } } })],
  'an unknown version': [400, '\r\nx-version-override: v9', refusing],
  'an invalid token': [401, '\r\nAuthorization: Bearer x', async (t) => ({ ...await refusing(t), identity: { providers: [makeIssuer().provider()] } })]
}

for (const [client, head] of Object.entries(heads)) {
  for (const [cause, [status, header, options]] of Object.entries(responses)) {
    t.test(`${client} receives the response to its upload: ${cause}`, async (t) => {
      const { origin } = await startGateway(t, await options(t))

      const line = await statusLine(origin, head + header)

      t.ok(line.startsWith(`HTTP/1.1 ${status} `) || errors.includes(line), line)
    })
  }
}

t.test('a client that keeps its connection open receives the response to a chunked upload that is too large', async (t) => {
  const targets = await startUpstream(t, 'v1', (request) => { request.resume() })
  const { origin } = await startGateway(t, { versions: { latest: { upstream: { targets, maxRequestBytes: 1000 } } } })

  const status = await statusLine(origin, 'POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked', `${length.toString(16)}\r\n`)

  t.ok(status.startsWith('HTTP/1.1 413 ') || errors.includes(status), status)
})
