import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { fetchOver, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'
import { config, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const code = 'REQUEST_EXPECTATION_FAILED'
const request = (path: string, ...more: string[]): string[] => [`POST ${path} HTTP/1.1`, 'Host: api.test', 'Expect: the-unexpected', ...more]

/** Makes an app that collects its log lines. */
function loggingApp (t: Test) {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } }) as unknown as FastifyInstance
  t.teardown(() => app.close())
  return { app, refused: () => lines.filter((line) => line.includes('request refused') && line.includes(code)).length }
}

for (const [what, fields, body] of [
  ['no body', [], ''],
  ['a body with a length', ['Content-Length: 5'], 'hello'],
  ['a chunked body', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'],
  ['an upgrade', ['Connection: upgrade', 'Upgrade: websocket'], '']
] as const) {
  t.test(`an unknown expectation with ${what} gets 417, is logged, and closes the connection`, async (t) => {
    const { app, refused } = loggingApp(t)
    const { origin, begun } = await recordingGateway(t, { prefix: '/api' }, app)

    const response = await sendRaw(t, origin, request('/api/a', ...fields), body)

    t.match(response, /^HTTP\/1\.1 417 [^]*connection: close\r\n/i)
    t.match(response, 'content-type: application/problem+json\r\n')
    t.match(bodyOf(response), { code, status: 417 })
    t.equal(refused(), 1)
    t.strictSame(begun, [])
  })
}

t.test('an unknown expectation over HTTP/2 gets 417', async (t) => {
  const lines: string[] = []
  const app = await makeHttp2App(t, 'h2c', { write: (line) => { lines.push(line) } })
  const { session } = await startHttp2Gateway(t, {}, app)

  const { status, headers, body } = await fetchOver(session, '/', { expect: 'the-unexpected' })

  t.equal(status, 417)
  t.equal(headers['content-type'], 'application/problem+json')
  t.match(JSON.parse(body), { code })
  t.equal(lines.filter((line) => line.includes(code)).length, 1)
})

t.test('the standalone gateway refuses an unknown expectation with 417', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))

  const response = await sendRaw(t, origin, request('/a'))

  t.match(bodyOf(response), { code, status: 417 })
})

t.test('outside the gateway, an unknown expectation gets 417 from Node', async (t) => {
  const { origin } = await recordingGateway(t, { prefix: '/api' })

  const response = await sendRaw(t, origin, request('/mine'))

  t.match(response, /^HTTP\/1\.1 417 /)
  t.notMatch(response, code)
})

for (const when of ['before', 'after'] as const) {
  t.test(`a checkExpectation listener that is added ${when} the gateway still handles requests outside the prefix`, async (t) => {
    const app = makeApp(t)
    const respond = (_request: IncomingMessage, response: ServerResponse): void => {
      if (!response.headersSent) response.writeHead(499).end()
    }
    if (when === 'before') app.server.on('checkExpectation', respond)
    const { origin } = await recordingGateway(t, { prefix: '/api' }, app)
    if (when === 'after') app.server.on('checkExpectation', respond)

    const response = await sendRaw(t, origin, request('/mine'))

    t.match(response, /^HTTP\/1\.1 499 /)
  })
}

t.test('a checkExpectation listener that is added after the gateway also handles requests under the prefix', async (t) => {
  const app = makeApp(t)
  const { origin } = await recordingGateway(t, { prefix: '/api' }, app)
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => { response.writeHead(418).end() })

  const response = await sendRaw(t, origin, request('/api/a'))

  t.match(response, /^HTTP\/1\.1 418 /)
})

t.test('an empty Expect header is ignored', async (t) => {
  const { origin } = await recordingGateway(t)

  const response = await sendRaw(t, origin, ['GET /a HTTP/1.1', 'Host: api.test', 'Expect:'])

  t.match(response, /^HTTP\/1\.1 200 /)
})
