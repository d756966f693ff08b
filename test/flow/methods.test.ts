import { METHODS } from 'node:http'
import Fastify from 'fastify'
import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'
import type { Seen } from '../helpers/upstream.ts'

// Not all supported versions of Node know QUERY.
for (const method of ['GET', 'DELETE', 'OPTIONS', 'PATCH', 'PUT', 'POST', 'QUERY'].filter((name) => METHODS.includes(name))) {
  t.test(`${method} is forwarded with its body`, async (t) => {
    const { origin, whole } = await recordingGateway(t, { prefix: '/api' })

    await sendRaw(t, origin, [`${method} /api/orders HTTP/1.1`, 'Host: api.test', 'Content-Type: text/plain', 'Content-Length: 5'], 'hello')

    t.strictSame(whole, [`${method} /orders hello`])
  })
}

t.test('HEAD is forwarded', async (t) => {
  const { origin, whole } = await recordingGateway(t)

  const response = await sendRaw(t, origin, ['HEAD /orders HTTP/1.1', 'Host: api.test'])

  t.match(response, /^HTTP\/1\.1 200 /)
  t.strictSame(whole, ['HEAD /orders'])
})

// Fastify 5.0 does not know QUERY.
const supported = new Set([...Fastify().supportedMethods, ...METHODS.filter((method) => method === 'QUERY')])
const served = [...supported].filter((method) => method !== 'TRACE').join(', ')

for (const path of ['/api', '/api/', '/api/orders']) {
  t.test(`TRACE ${path} gets 405, because it would reveal headers that the gateway adds`, async (t) => {
    const { origin, begun } = await recordingGateway(t, { prefix: '/api' })

    const response = await sendRaw(t, origin, [`TRACE ${path} HTTP/1.1`, 'Host: api.test', 'Cookie: a=secret'])

    t.match(response, /^HTTP\/1\.1 405 [^]*application\/problem\+json[^]*"REQUEST_METHOD_NOT_ALLOWED"/)
    t.match(response, `allow: ${served}\r\n`)
    t.notMatch(response, 'secret')
    t.strictSame(begun, [])
  })
}

t.test('a method that the app adds to Fastify is forwarded', async (t) => {
  const app = makeApp(t)
  app.addHttpMethod('PROPFIND', { hasBody: true })
  const { origin, whole } = await recordingGateway(t, {}, app)

  await sendRaw(t, origin, ['PROPFIND /orders HTTP/1.1', 'Host: api.test', 'Content-Length: 5'], 'hello')
  const trace = await sendRaw(t, origin, ['TRACE / HTTP/1.1', 'Host: api.test'])

  t.strictSame(whole, ['PROPFIND /orders hello'])
  t.match(trace, /^allow: .*\bPROPFIND\b/m)
})

for (const prefix of ['', '/api']) {
  // Node knows the first of these methods.
  for (const method of ['PROPFIND', 'SEARCH', 'M-SEARCH', 'LINK', 'PURGE', 'FOO', 'get', 'X-Y']) {
    t.test(`${method}, which the app does not support, gets 501 under '${prefix}'`, async (t) => {
      const { origin, begun } = await recordingGateway(t, { prefix })

      const response = await sendRaw(t, origin, [`${method} ${prefix}/orders HTTP/1.1`, 'Host: api.test'])

      t.match(response, /^HTTP\/1\.1 501 Not Implemented\r\n[^]*application\/problem\+json[^]*"REQUEST_METHOD_UNKNOWN"/)
      t.strictSame(begun, [])
    })
  }
}

t.test('outside the prefix, the app handles unknown methods and parse errors', async (t) => {
  const { origin } = await recordingGateway(t, { prefix: '/api' })

  const responses = await Promise.all([
    sendRaw(t, origin, ['PROPFIND /orders HTTP/1.1', 'Host: api.test']),
    sendRaw(t, origin, ['FOO /orders HTTP/1.1', 'Host: api.test']),
    sendRaw(t, origin, ['FOO /api/orders', 'Host: api.test']),
    sendRaw(t, origin, ['\x16\x03\x01\x02', 'Host: api.test'])
  ])

  t.strictSame(responses.map((response) => response.slice(9, 12)), ['404', '400', '400', '400'])
})

t.test('existing listeners for parse errors keep working outside the prefix', async (t) => {
  const app = makeApp(t, { clientErrorHandler: (_error, socket) => { socket.end('HTTP/1.1 499 Odd\r\n\r\n') } })
  const { origin } = await recordingGateway(t, { prefix: '/api' }, app)

  const responses = await Promise.all(['/orders', '/api/orders'].map((path) => sendRaw(t, origin, [`FOO ${path} HTTP/1.1`, 'Host: api.test'])))

  t.strictSame(responses.map((response) => response.slice(9, 12)), ['499', '501'])
})

t.test('OPTIONS with Max-Forwards: 0 gets the supported methods', async (t) => {
  const { origin, begun } = await recordingGateway(t)

  const response = await sendRaw(t, origin, ['OPTIONS /orders HTTP/1.1', 'Host: api.test', 'Max-Forwards: 0'])

  t.match(response, /^HTTP\/1\.1 204 /)
  t.match(response, `allow: ${served}\r\n`)
  t.strictSame(begun, [])
})

for (const [method, value, seen] of [
  ['OPTIONS', '1', '0'], ['OPTIONS', '010', '9'], ['OPTIONS', '99999999999999999999999', '254'], ['OPTIONS', 'x', 'x'], ['OPTIONS', '-1', '-1'], ['GET', '0', '0']
] as const) {
  t.test(`Max-Forwards: ${value} of an ${method} request arrives as ${seen}`, async (t) => {
    const { origin } = await startGateway(t)

    const response = await sendRaw(t, origin, [`${method} /orders HTTP/1.1`, 'Host: api.test', `max-forwards: ${value}`])

    t.equal(bodyOf<Seen>(response).headers['max-forwards'], seen)
  })
}
