import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { closingUpstream, type Ending, type Transport } from '../helpers/closing-upstream.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeHttp2App } from '../helpers/http2.ts'

// A response is complete at the client only if it was complete at the upstream, with any framing and any kind of truncation.

/** The body that a client received, or `null` if it was truncated. */
type Received = string | null
type Client = (origin: string) => Promise<Received>

const clients: Record<string, Client> = {
  async 'HTTP/1.0' (origin) {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {}).write('GET / HTTP/1.0\r\nHost: api.test\r\n\r\n')
    try {
      let response = ''
      for await (const chunk of socket.setEncoding('latin1')) response += chunk
      const [head, body] = response.split('\r\n\r\n') as [string, string | undefined]
      const length = /^content-length: (\d+)$/im.exec(head)?.[1]
      if (body === undefined || !head.startsWith('HTTP/1.1 200') || (length !== undefined && Number(length) !== body.length)) return null
      return body
    } catch {
      return null
    }
  },
  async 'HTTP/1.1' (origin) {
    const [response] = await once(get(origin, { agent: false }), 'response') as [IncomingMessage]
    return response.statusCode === 200 ? await textOf(response) : null
  },
  async 'HTTP/2' (origin) {
    const session = connectHttp2(origin)
    const stream = session.request({ ':path': '/' }).on('error', () => {})
    const body = await once(stream, 'response').then(async ([headers]) => headers[':status'] === 200 ? await textOf(stream) : null, () => null)
    session.destroy()
    return body
  }
}

async function textOf (stream: NodeJS.ReadableStream): Promise<Received> {
  try {
    let text = ''
    for await (const chunk of stream.setEncoding('latin1')) text += String(chunk)
    return text
  } catch {
    return null
  }
}

interface Framing {
  head: string
  frame?: (body: string) => string
  /** The response ends with the connection. */
  isOpen?: true
}

const framings: Framing[] = [
  { head: 'HTTP/1.1 200 OK\r\nContent-Length: *' },
  { head: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: *' },
  { head: 'HTTP/1.0 200 OK\r\nContent-Length: *' },
  { head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', frame: inChunks },
  { head: 'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked', frame: inChunks },
  { head: 'HTTP/1.1 200 OK', isOpen: true },
  { head: 'HTTP/1.1 200 OK\r\nConnection: close', isOpen: true },
  { head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity', isOpen: true },
  { head: 'HTTP/1.0 200 OK', isOpen: true }
]

/** Three chunks, so that some cuts are between two. */
function inChunks (body: string): string {
  const third = Math.ceil(body.length / 3)
  const chunks = [body.slice(0, third), body.slice(third, 2 * third), body.slice(2 * third)].filter((chunk) => chunk !== '')
  return [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
}

const cuts = (endings: Ending[]) => fc.record({
  framing: fc.constantFrom(...framings),
  length: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1000, max: 200_000 })),
  /** Returns how much of the response is sent: all of it in one of four cases. */
  part: fc.oneof({ weight: 1, arbitrary: fc.constant(1) }, { weight: 3, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }),
  end: fc.constantFrom(...endings)
})

for (const transport of ['tcp', 'tls', 'unix'] as Transport[]) {
  for (const [protocol, receive] of Object.entries(clients)) {
    t.test(`a response that is truncated over ${transport} does not look complete over ${protocol}`, async (t) => {
      const { upstream, script } = await closingUpstream(t, transport, { bytes: '', end: 'fin' })
      const { app } = protocol === 'HTTP/2' ? await makeHttp2App(t) : { app: undefined }
      const { origin } = await gatewayTo(t, { ...upstream, retry: { attempts: 0 } }, app)

      await fc.assert(fc.asyncProperty(cuts(transport === 'unix' ? ['fin'] : ['fin', 'cut', 'rst']), async ({ framing: { head, frame = String, isOpen }, length, part, end }) => {
        const body = 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)
        const whole = `${head.replace('*', String(body.length))}\r\n\r\n${frame(body)}`
        const headLength = whole.indexOf('\r\n\r\n') + 4
        const sent = Math.round(whole.length * part)
        Object.assign(script, { bytes: whole.slice(0, sent) || 'H', end })

        const received = await receive(origin)

        const isComplete = isOpen === true
          ? sent >= headLength && end !== 'rst' && !(transport === 'tls' && end === 'cut')
          : sent === whole.length
        const expected = isOpen === true ? whole.slice(headLength, sent) : body
        // With `compatibility`, every end of a TLS connection counts as a clean close.
        if (inCompatibility && transport === 'tls' && isOpen === true) return received === null || received === expected
        // A reset can discard data that was sent before it.
        return isComplete ? received === expected || (end === 'rst' && received === null) : received === null
      }), { numRuns: 60 })
    })
  }
}
