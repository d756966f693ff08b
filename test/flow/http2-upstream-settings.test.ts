import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { type OnStream, respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { until } from '../helpers/until.ts'

/** Starts a gateway to an upstream whose first SETTINGS frame has this stream limit. */
async function gatewayToLimit (t: Test, maxConcurrentStreams: number, onStream: OnStream, options: Partial<UpstreamOptions> = {}) {
  const { targets: target, ca, sessions } = await startHttp2Upstream(t, onStream, { settings: { maxConcurrentStreams } })
  const gateway = await gatewayTo(t, { targets: target, http2: true, tls: { ca }, ...options })
  return { ...gateway, sessions, allow: (session: ServerHttp2Session, limit: number) => session.settings({ maxConcurrentStreams: limit }) }
}

t.test('requests wait while the target allows no streams, and are sent when it does', async (t) => {
  const { send, sessions, allow, targets } = await gatewayToLimit(t, 0, respondWith('ok'))
  const responses = [1, 2, 3].map(async () => await send('/'))
  await until(() => sessions.length === 1 && targets()[0]!.pending === 3)

  allow(sessions[0]!, 100)
  const statuses = (await Promise.all(responses)).map(({ status }) => status)
  const later = await send('/')

  t.strictSame([...statuses, later.status], [200, 200, 200, 200])
  t.equal(sessions.length, 1)
  t.match(targets()[0], { pending: 0, queued: 0, failures: 0 })
})

t.test('a raised stream limit takes effect immediately', async (t) => {
  const held: ServerHttp2Stream[] = []
  const { send, sessions, allow } = await gatewayToLimit(t, 1, (stream) => { held.push(stream) }, { connections: 1 })
  const responses = Array.from({ length: 50 }, async () => await send('/'))
  await until(() => held.length === 1)

  allow(sessions[0]!, 100)
  await until(() => held.length === 50)
  for (const stream of held) respondWith('ok')(stream, {})

  t.strictSame(new Set((await Promise.all(responses)).map(({ status }) => status)), new Set([200]))
  t.equal(sessions.length, 1)
})

t.test('after the stream limit is lowered, requests in flight finish and further ones wait', async (t) => {
  const held: ServerHttp2Stream[] = []
  let acknowledged = false
  const { send, sessions, allow, targets } = await gatewayToLimit(t, 10, (stream) => { held.push(stream) }, { connections: 1 })
  const first = [1, 2, 3].map(async () => await send('/'))
  await until(() => held.length === 3)
  sessions[0]!.on('localSettings', () => { acknowledged = true })

  allow(sessions[0]!, 1)
  await until(() => acknowledged)
  const last = send('/')
  await until(() => targets()[0]!.queued === 1)
  const whileFull = held.length
  for (const stream of held) respondWith('ok')(stream, {})
  await Promise.all(first)
  await until(() => held.length === 4)
  respondWith('ok')(held[3]!, {})

  t.equal(whileFull, 3)
  t.equal((await last).status, 200)
  t.equal(sessions.length, 1)
})

t.test('a target that allows one stream per connection gets connections up to the configured limit', async (t) => {
  const held: ServerHttp2Stream[] = []
  const { send, sessions, targets } = await gatewayToLimit(t, 1, (stream) => { held.push(stream) }, { connections: 3 })

  const responses = Array.from({ length: 5 }, async () => await send('/'))
  await until(() => held.length === 3)
  const { pending } = targets()[0]!
  for (let i = 0; i < 5; i++) {
    await until(() => held.length > i)
    respondWith('ok')(held[i]!, {})
  }

  t.strictSame(new Set((await Promise.all(responses)).map(({ status }) => status)), new Set([200]))
  t.equal(sessions.length, 3)
  t.ok(pending >= 3)
})

t.test('a target that keeps allowing no streams counts as overloaded, not as failed', async (t) => {
  const { send, targets } = await gatewayToLimit(t, 0, respondWith('ok'), { timeouts: { connect: 300 } })

  const response = await send('/')

  t.equal(response.status, 503)
  t.match(await response.json(), { code: 'UPSTREAM_OVERLOADED' })
  t.match(targets()[0], { pending: 0, failures: 0 })
})

t.test('if a connection that allows no streams closes, the next request opens a new one', async (t) => {
  const { send, sessions } = await gatewayToLimit(t, 0, respondWith('ok'))
  const response = send('/')
  await until(() => sessions.length === 1)

  sessions[0]!.destroy()
  await until(() => sessions.length === 2)
  sessions[1]!.settings({ maxConcurrentStreams: 100 })

  t.equal((await response).status, 200)
})

t.test('a target that sends no SETTINGS causes a connect timeout', async (t) => {
  const upstream = await rawHttp2Upstream(t, () => [], null)
  const { send, targets } = await gatewayTo(t, { ...upstream, timeouts: { connect: 300 } })

  const response = await send('/')

  t.equal(response.status, 504)
  t.match(await response.json(), { code: 'UPSTREAM_TIMEOUT' })
  t.match(targets()[0], { pending: 0, failures: 1 })
})
