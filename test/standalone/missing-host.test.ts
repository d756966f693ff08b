import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { Standalone } from '../../lib/standalone/standalone.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

const refused = /^HTTP\/1\.1 400 [^]*\r\ncontent-type: application\/problem\+json/

async function serve (t: Test, server = '{ port: 0 }', files: Record<string, string> = {}) {
  const lines: Array<{ msg: string, code?: string }> = []
  let received = 0
  const upstream = await startUpstream(t, 'one', (_request, response) => {
    received++
    response.end('ok')
  })
  const { write } = await makeFolder(t)
  for (const [name, content] of Object.entries(files)) await write(name, content)
  const file = await write('gateway.yaml', `server: ${server}\nversions: { v1: { upstream: '${upstream}' } }\naliases: { latest: v1 }\nadmin: { password: a-long-password, port: 0 }`)
  const { log } = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  const standalone = await Standalone.start(await loadConfig(file), log)
  t.teardown(() => standalone.stop())
  return { standalone, lines, received: () => received }
}

for (const [what, ...lines] of [
  ['request', 'GET /orders HTTP/1.1'],
  ['upload', 'POST /orders HTTP/1.1', 'Content-Length: 0'],
  ['request for a 100', 'POST /orders HTTP/1.1', 'Expect: 100-continue', 'Content-Length: 0'],
  ['WebSocket', 'GET /orders HTTP/1.1', 'Upgrade: websocket', 'Connection: upgrade'],
  ['request for metrics', 'GET /metrics HTTP/1.1'],
  ['request for health', 'GET /readyz HTTP/1.1']
] as const) {
  t.test(`a ${what} without Host gets a problem, which is logged`, async (t) => {
    const { standalone, lines: log, received } = await serve(t)

    const response = await sendRaw(t, standalone.address, lines)

    t.match(response, refused)
    const { code } = bodyOf<{ code: string }>(response)
    t.equal(code, 'REQUEST_MALFORMED')
    t.match(log.filter(({ msg }) => msg === 'request refused'), [{ code }])
    t.equal(received(), 0)
  })
}

t.test('a request without Host to the admin pages gets a problem', async (t) => {
  const { standalone } = await serve(t)

  const response = await sendRaw(t, standalone.adminAddress!, ['GET / HTTP/1.1'])

  t.match(response, refused)
})

t.test('an HTTP/1.0 request does not need Host', async (t) => {
  const { standalone, received } = await serve(t)

  const responses = [await sendRaw(t, standalone.address, ['GET /orders HTTP/1.0']), await sendRaw(t, standalone.address, ['GET /metrics HTTP/1.0'])]

  for (const response of responses) t.match(response, /^HTTP\/1\.1 200 /)
  t.equal(received(), 1)
})

for (const http2 of [false, true]) {
  t.test(`a request without Host over TLS gets a problem${http2 ? ' from a listener for HTTP/2' : ''}`, async (t) => {
    const { ca, server } = await makeAuthority()
    const { cert, key } = await server('127.0.0.1')
    const { standalone } = await serve(t, `{ port: 0, http2: ${http2}, tls: { cert: cert.pem, key: key.pem } }`, { 'cert.pem': cert, 'key.pem': key })
    const socket = connect({ port: Number(new URL(standalone.address).port), host: '127.0.0.1', ca })
    await once(socket, 'secureConnect')

    socket.write('GET /orders HTTP/1.1\r\nConnection: close\r\n\r\n')

    t.match(await text(socket), refused)
  })
}
