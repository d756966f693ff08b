import { once } from 'node:events'
import { connect } from 'node:http2'
import { get, type IncomingMessage } from 'node:http'
import t, { type Test } from 'tap'
import { closingUpstream, type Ending, type Transport } from '../helpers/closing-upstream.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeHttp2App } from '../helpers/http2.ts'

// undici 7 pauses its parser for a slow reader. If the upstream closes the connection during that, an assertion in a socket's
// event handler ended the process, or the rest of a complete response was lost (RFC 9112 9.5, 9.6).

const framings: Record<string, (body: string) => string> = {
  'a length': (body) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  'a length and Connection: close': (body) => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  chunks: (body) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${inChunks(body)}`,
  'chunks and Connection: close': (body) => `HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${inChunks(body)}`,
  'no length': (body) => `HTTP/1.1 200 OK\r\n\r\n${body}`,
  'HTTP/1.0': (body) => `HTTP/1.0 200 OK\r\n\r\n${body}`,
  'HTTP/1.0 and a length': (body) => `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
/** A reset looks like the end of these responses unless the gateway detects it. */
const endsWithConnection = new Set(['no length', 'HTTP/1.0'])

function inChunks (body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

interface Reader {
  /** The length of a body: more than the buffers on the way to the reader, so that the gateway has to wait. */
  length: number
  /** @returns the bytes of a body that arrived, or `null` if it was truncated */
  read (origin: string, ended: Promise<unknown>): Promise<number | null>
}

const readers: Record<string, Reader> = {
  // The system buffers megabytes on the way to a client, so this client reads in small steps.
  'HTTP/1.1': {
    length: 12_000_000,
    async read (origin) {
      const [response] = await once(get(origin, { agent: false }), 'response') as [IncomingMessage]
      return await lengthOf(response)
    }
  },
  // The window is 64 KB. The client reads only after the upstream has ended the connection.
  'HTTP/2': {
    length: 180_000,
    async read (origin, ended) {
      const session = connect(origin)
      const stream = session.request({ ':path': '/' }).on('error', () => {})
      await once(stream, 'response')
      await ended
      const length = await lengthOf(stream)
      session.destroy()
      return length
    }
  }
}

async function lengthOf (stream: NodeJS.ReadableStream): Promise<number | null> {
  let length = 0
  try {
    for await (const chunk of stream) {
      length += chunk.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    return length
  } catch {
    return null
  }
}

async function gatewayFor (t: Test, protocol: string, transport: Transport, bytes: string, end: Ending) {
  const { upstream, ended } = await closingUpstream(t, transport, { bytes, end })
  const { app } = protocol === 'HTTP/2' ? await makeHttp2App(t) : { app: undefined }
  return { ended, ...await gatewayTo(t, upstream, app) }
}

for (const transport of ['tcp', 'tls', 'unix'] as const) {
  for (const [protocol, { length, read }] of Object.entries(readers)) {
    for (const [framing, frame] of Object.entries(framings)) {
      t.test(`a slow reader over ${protocol} gets the complete response with ${framing} over ${transport}`, async (t) => {
        const { origin, ended, targets } = await gatewayFor(t, protocol, transport, frame('x'.repeat(length)), 'fin')

        const received = await read(origin, ended())

        t.equal(received, length)
        t.match(targets(), [{ healthy: true, failures: 0 }])
      })

      t.test(`a reset during a slow ${protocol} response with ${framing} over ${transport} is never mistaken for its end`, async (t) => {
        const { origin, ended } = await gatewayFor(t, protocol, transport, frame('x'.repeat(length)), 'rst')

        const received = await read(origin, ended())

        // With `compatibility`, every end of a TLS connection counts as a clean close.
        if (inCompatibility && transport === 'tls' && endsWithConnection.has(framing)) t.ok(received === null || received <= length)
        else if (transport !== 'unix' && endsWithConnection.has(framing)) t.equal(received, null, 'it is broken off')
        else t.ok(received === null || received === length, 'it is complete or broken off')
      })
    }
  }
}
