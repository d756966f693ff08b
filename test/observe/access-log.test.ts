import t, { type Test } from 'tap'
import { fromHeader } from '../../lib/index.ts'
import { accessLog, requestIds } from '../../lib/observe/index.ts'
import { withoutRequestLog } from '../../lib/standalone/without-request-log.ts'
import type { AccessLogOptions } from '../../types/observe.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { deadOrigin, type Seen, startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

type Line = Record<string, unknown>

/** Makes an app and collects its log. */
function makeLogging (t: Test, ids = requestIds()) {
  const lines: string[] = []
  const logger = { level: 'info', stream: { write: (line: string) => { lines.push(line) } } }
  return { app: makeApp(t, { ...withoutRequestLog(), logger, ...ids }), lines }
}

/** Starts a gateway with an access log. */
async function logging (t: Test, overrides: Partial<GatewayOptions> = {}, options: AccessLogOptions = {}, ids = requestIds()) {
  const { app, lines } = makeLogging(t, ids)
  await app.register(accessLog, options)
  const gateway = await startGateway(t, overrides, app)
  const requestLines = (): Line[] => lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request')
  return {
    ...gateway,
    lines,
    /** Waits for the access log line of a request. */
    async next (count = 1): Promise<Line> {
      await until(() => requestLines().length >= count)
      return requestLines()[count - 1]!
    }
  }
}

t.test('each request is logged in one line with its decision, target and duration', async (t) => {
  const { send, bearer, next } = await logging(t)

  const response = await send('/orders?x=1', { method: 'POST', headers: bearer('v2'), body: 'twelve bytes' })
  const body = await response.text()
  const line = await next()

  t.match(line, {
    level: 30,
    reqId: /^[0-9a-f-]{36}$/,
    method: 'POST',
    path: '/orders',
    status: 200,
    outcome: 'served',
    version: 'v2',
    tier: 'pin',
    source: 'claim:userMetadata.version',
    target: /^http:\/\/127\.0\.0\.1:\d+$/,
    bytesReceived: 12,
    bytesSent: body.length
  })
  t.ok((line.firstByteMs as number) > 0 && (line.firstByteMs as number) <= (line.durationMs as number))
  t.notOk('failedBy' in line)
})

t.test('the line of a failed request contains the responsible party and the cause', async (t) => {
  const { send, next } = await logging(t, {
    versions: { latest: { upstream: { targets: [await deadOrigin(), await deadOrigin()] } } },
    resolve: { override: [fromHeader('x-version-override')] },
    identity: { providers: [] }
  })

  await send('/a')
  await send('/a', { headers: { 'x-version-override': 'v9' } })

  t.match(await next(1), { status: 502, outcome: 'upstream-failed', failedBy: 'upstream', cause: 'refused', version: 'latest', retries: 1 })
  t.match(await next(2), { status: 400, outcome: 'refused', failedBy: 'gateway', cause: 'VERSION_UNKNOWN' })
})

t.test('a request whose client disconnects is logged, too', async (t) => {
  let isThere = false
  const upstream = await startUpstream(t, 'v1', () => { isThere = true })
  const { origin, next } = await logging(t, { versions: { latest: { upstream } }, resolve: {}, identity: { providers: [] } })
  const socket = await openSocket(t, origin)

  socket.write('GET /slow HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => isThere)
  socket.destroy()

  t.match(await next(), { status: 499, outcome: 'client-gone', failedBy: 'client', version: 'latest', path: '/slow' })
})

t.test('credentials in headers, cookies, queries and invalid tokens are not logged', async (t) => {
  const { send, bearer, issuer, lines, next } = await logging(t)
  const { authorization } = bearer('v2')

  await send('/a?token=secret-query', { headers: { authorization, cookie: 'session=secret-cookie', 'x-api-key': 'secret-key' } })
  await send('/a', { headers: { authorization: `Bearer ${issuer.token({ exp: 1 })}` } })
  await send('/a', { headers: { authorization: 'Basic c2VjcmV0OnNlY3JldA==' } })
  await next(3)

  t.notMatch(lines.join(''), /secret|eyJ|c2VjcmV0/)
})

t.test('the request id is the same in the log, at the upstream and in the response; an id of the client is replaced', async (t) => {
  const { send, next } = await logging(t)

  const response = await send('/a', { headers: { 'x-request-id': 'made-up' } })
  const seen = await response.json() as Seen
  const { reqId } = await next()

  t.not(reqId, 'made-up')
  t.equal(response.headers.get('x-request-id'), reqId)
  t.strictSame(seen.rawHeaders.filter((_, index) => seen.rawHeaders[index - 1] === 'x-request-id'), [reqId])
})

t.test('a valid id from a trusted address is kept', async (t) => {
  const { send, next } = await logging(t, {}, {}, requestIds({ trust: 'loopback' }))

  await send('/a', { headers: { 'x-request-id': 'req-1/a:b' } })
  await send('/a', { headers: { 'x-request-id': 'two words' } })

  t.equal((await next(1)).reqId, 'req-1/a:b')
  t.match((await next(2)).reqId, /^[0-9a-f-]{36}$/)
})

t.test('an id from an untrusted address is replaced, and all addresses can be trusted', async (t) => {
  const request = { headers: { 'x-id': 'theirs' }, socket: { remoteAddress: '192.0.2.1' } }

  t.not(requestIds({ header: 'X-Id', trust: ['10.0.0.0/8', '127.0.0.1'] }).genReqId(request), 'theirs')
  t.not(requestIds({ header: 'X-Id', trust: ['10.0.0.0/8'] }).genReqId({ ...request, socket: {} }), 'theirs')
  t.equal(requestIds({ header: 'X-Id', trust: true }).genReqId(request), 'theirs')
  t.throws(() => requestIds({ trust: 'nowhere' }), TypeError)
})

t.test('with requestIdHeader: false, the id is only in the log', async (t) => {
  const { send } = await logging(t, {}, { requestIdHeader: false })

  const response = await send('/a', { headers: { 'x-request-id': 'theirs' } })
  const seen = await response.json() as Seen

  t.equal(response.headers.get('x-request-id'), null)
  t.equal(seen.headers['x-request-id'], 'theirs')
})

t.test('routes with observed: false are not logged', async (t) => {
  const { app, lines } = makeLogging(t)
  await app.register(accessLog)
  app.get('/quiet', { config: { observed: false } }, async () => 'quiet')
  app.get('/loud', async () => 'loud')
  const origin = await listen(app)

  await fetch(`${origin}/quiet`)
  await fetch(`${origin}/loud`)
  await until(() => lines.length > 0)

  t.match(lines.join(''), /"path":"\/loud"/)
  t.notMatch(lines.join(''), /quiet/)
})
