import t, { type Test } from 'tap'
import { accessLog } from '../../lib/observe/index.ts'
import { withoutRequestLog } from '../../lib/standalone/without-request-log.ts'
import type { AccessLogOptions } from '../../types/observe.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

type Line = Record<string, unknown>

/** Starts a gateway with an access log. */
async function logging (t: Test, options: AccessLogOptions = {}, overrides: Partial<GatewayOptions> = {}, trustProxy = '') {
  const text: string[] = []
  const logger = { level: 'info', stream: { write: (line: string) => { text.push(line) } } }
  const app = makeApp(t, { ...withoutRequestLog(), logger, trustProxy: trustProxy || false })
  await app.register(accessLog, options)
  const gateway = await startGateway(t, overrides, app)
  const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request')
  return {
    ...gateway,
    text,
    async next (count = 1): Promise<Line> {
      await until(() => lines().length >= count)
      return lines()[count - 1]!
    }
  }
}

t.test('a log line contains the client, the host, the user agent and the caller', async (t) => {
  const { send, bearer, origin, next } = await logging(t)

  await send('/a', { headers: { ...bearer('v2'), 'user-agent': 'check/1.0' } })
  const line = await next()

  t.match(line, { client: '127.0.0.1', host: new URL(origin).host, userAgent: 'check/1.0', provider: 'test-idp', caller: 'alice' })
})

t.test('members without a value are omitted, such as the caller and the user agent', async (t) => {
  const { origin, next } = await logging(t)
  const socket = await openSocket(t, origin)

  socket.write('GET /a HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
  const line = await next()

  t.match(line, { client: '127.0.0.1', host: 'api.test' })
  for (const name of ['userAgent', 'caller', 'provider', 'headers']) t.notOk(name in line, name)
})

t.test('the address of a client that has disconnected is logged', async (t) => {
  const { origin, next } = await logging(t)
  const socket = await openSocket(t, origin)

  socket.write('POST /a HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\n', () => socket.destroy())
  const line = await next()

  t.match(line, { client: '127.0.0.1', outcome: 'client-gone' })
})

t.test('behind a trusted proxy, the forwarded client and host are logged; untrusted headers are ignored', async (t) => {
  const headers = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-host': 'api.acme.io' }
  const trusting = await logging(t, {}, {}, 'loopback')
  const strict = await logging(t)

  await trusting.send('/a', { headers })
  await strict.send('/a', { headers })

  t.match(await trusting.next(), { client: '192.0.2.7', host: 'api.acme.io' })
  t.match(await strict.next(), { client: '127.0.0.1', host: new URL(strict.origin).host })
})

t.test('configured headers are logged after sanitizing, ignoring case, and long values are truncated', async (t) => {
  const { send, bearer, next } = await logging(t, { headers: ['X-Target-Version', 'x-plan', 'x-absent'] })

  await send('/a', { headers: { ...bearer('v2'), 'x-target-version': 'forged', 'x-plan': 'p'.repeat(300), 'user-agent': 'u'.repeat(300) } })
  const { headers, userAgent } = await next()

  t.strictSame(headers, { 'x-target-version': 'v2', 'x-plan': `${'p'.repeat(256)}...` })
  t.equal(userAgent, `${'u'.repeat(256)}...`)
})

t.test('the fields function can add members but not replace those of the line or the logger', async (t) => {
  const { send, next } = await logging(t, {
    fields: (request, reply) => ({ tenant: request.headers['x-tenant'], type: reply.getHeader('x-none'), status: 1, level: 60, msg: 'forged' })
  })

  await send('/a', { headers: { 'x-tenant': 'acme' } })

  t.match(await next(), { tenant: 'acme', status: 200, level: 30 })
})

for (const [title, fields] of [
  ['throws', () => { throw new Error('broken') }], ['returns a promise', async () => ({})]
] as const) {
  t.test(`a fields function that ${title} does not prevent the line`, async (t) => {
    const { send, next, text } = await logging(t, { fields: fields as unknown as NonNullable<AccessLogOptions['fields']> })

    await send('/a')

    t.match(await next(), { status: 200, path: '/a' })
    t.match(text.join(''), /accessLog.fields failed/)
  })
}

for (const name of ['Authorization', 'proxy-authorization', 'Cookie', 'set-cookie', 'X-Api-Key', 'x-auth-token', 'cf-access-jwt-assertion']) {
  t.test(`the header ${name} is rejected, because it may carry credentials`, async (t) => {
    const app = makeApp(t)

    const registered = app.register(accessLog, { headers: ['x-plan', name] })

    await t.rejects(async () => await registered, { message: new RegExp(`headers\\[1\\]: '${name}' may carry credentials`, 'i') })
  })
}

t.test('a header that is a token source of a provider is rejected', async (t) => {
  const issuer = makeIssuer()
  const providers = [issuer.provider({ tokenSources: [{ header: 'X-Caller' }] })]

  await t.rejects(logging(t, { headers: ['x-caller'] }, { identity: { providers } }), { code: 'VERSION_CONFIG_INVALID', message: /headers.*x-caller/ })
})

t.test('lines of routes outside the gateway have the same members', async (t) => {
  const text: string[] = []
  const app = makeApp(t, { logger: { level: 'info', stream: { write: (line: string) => { text.push(line) } } } })
  await app.register(accessLog)
  app.get('/own', async () => 'own')

  await fetch(`${await listen(app)}/own`, { headers: { 'user-agent': 'check/1.0' } })
  await until(() => text.some((line) => line.includes('"msg":"request"')))

  t.match(JSON.parse(text.find((line) => line.includes('"msg":"request"'))!), { client: '127.0.0.1', userAgent: 'check/1.0', bytesSent: 3 })
})
