import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import t, { type Test } from 'tap'
import { clientErrorHandler } from '../../lib/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeApp } from '../helpers/gateway.ts'
import { bodyOf, openSocket, sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'
import { config, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** A gateway of an app that uses the handler, and the lines of its log about refusals. */
async function problemGateway (t: Test, options: FastifyServerOptions & { http?: object } = {}) {
  const lines: string[] = []
  const stream = { write: (line: string): void => { lines.push(line) } }
  const app = Fastify({ ...options, clientErrorHandler, logger: { stream } } as FastifyServerOptions)
  t.teardown(() => app.close())
  const gateway = await recordingGateway(t, { problems: { baseUri: 'https://docs.test/' } }, app as unknown as FastifyInstance)
  return { ...gateway, refused: () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request refused') }
}

const malformed = 'GET / HTTP/1.1\r\nHost: api.test\r\nno field at all\r\n\r\n'
const large = `GET / HTTP/1.1\r\nHost: api.test\r\nX-Large: ${'x'.repeat(70_000)}\r\n\r\n`

for (const [what, bytes, status, code] of [
  ['a malformed request', malformed, 400, 'REQUEST_MALFORMED'],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00', 400, 'REQUEST_MALFORMED'],
  ['large headers', large, 431, 'REQUEST_HEADERS_TOO_LARGE']
] as const) {
  t.test(`${what} gets a problem response with ${status}, which is logged`, async (t) => {
    const { origin, refused, begun } = await problemGateway(t)
    const socket = await openSocket(t, origin)

    socket.write(bytes, 'latin1')
    const response = await text(socket)

    t.match(response, new RegExp(`^HTTP/1\\.1 ${status} [^]*content-type: application/problem\\+json\r\n[^]*connection: close\r\n`))
    const { requestId, ...problem } = bodyOf<{ requestId: string }>(response)
    t.match(problem, { type: `https://docs.test/${code.toLowerCase().replaceAll('_', '-')}`, status, code })
    t.match(refused(), [{ level: 30, reqId: requestId, code, cause: String }])
    t.strictSame(begun, [])
  })
}

t.test('a request whose headers arrive too slowly gets a problem response with 408', async (t) => {
  const { origin, refused } = await problemGateway(t, { http: { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 5 } })
  const socket = await openSocket(t, origin)

  socket.write('GET / HTTP/1.1\r\nHost: api')
  const response = await text(socket)

  t.match(bodyOf(response), { status: 408, code: 'REQUEST_TIMEOUT' })
  t.match(refused(), [{ code: 'REQUEST_TIMEOUT' }])
})

t.test('a request with a malformed body gets a 400', async (t) => {
  const { origin, refused, whole } = await problemGateway(t)

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked'], 'no chunk at all')

  t.match(bodyOf(response), { status: 400, code: 'REQUEST_MALFORMED' })
  t.match(refused(), [{ code: 'REQUEST_MALFORMED' }])
  t.strictSame(whole, [])
})

t.test('no refusal is written into a response that has already started', async (t) => {
  const { origin, refused } = await problemGateway(t)
  const socket = await openSocket(t, origin)

  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write(malformed)
  const rest = await text(socket).catch(() => '')

  t.equal(rest, '')
  t.strictSame(refused(), [])
})

t.test('without the handler, parse errors are handled by Fastify or by the app\'s own handler', async (t) => {
  const { origin } = await recordingGateway(t)
  const own = await recordingGateway(t, {}, makeApp(t, { clientErrorHandler: (_error, socket) => { socket.end('HTTP/1.1 499 Odd\r\n\r\n') } }))

  const responses = await Promise.all([origin, own.origin].map((where) => sendRaw(t, where, malformed.trimEnd().split('\r\n'))))

  t.match(responses[0], /^HTTP\/1\.1 400 [^]*content-type: application\/json/i)
  t.match(responses[1], /^HTTP\/1\.1 499 /)
})

t.test('the standalone gateway responds to parse errors with problems', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))

  const [first, second] = [await sendRaw(t, origin, malformed.trimEnd().split('\r\n')), await sendRaw(t, origin, large.trimEnd().split('\r\n'))]

  t.match(bodyOf(first), { status: 400, code: 'REQUEST_MALFORMED' })
  t.match(bodyOf(second), { status: 431, code: 'REQUEST_HEADERS_TOO_LARGE' })
})

for (const http2 of [false, true]) {
  t.test(`the standalone gateway responds to parse errors over TLS with problems, ${http2 ? 'beside' : 'without'} HTTP/2`, async (t) => {
    const { ca, server: certificate } = await makeAuthority()
    const { write } = await makeFolder(t)
    const { cert, key } = await certificate('127.0.0.1')
    const files = { cert: await write('cert.pem', String(cert)), key: await write('key.pem', String(key)) }
    const server = `server: ${JSON.stringify({ port: 0, log: 'silent', http2, tls: files })}`
    const { origin } = await run(t, config(await startUpstream(t, 'one')).replace(/^server: .*$/m, server))
    const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', ca })
    t.teardown(() => socket.destroy())

    socket.write(malformed)

    t.match(bodyOf(await text(socket)), { status: 400, code: 'REQUEST_MALFORMED' })
  })
}
