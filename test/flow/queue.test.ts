import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway to a target with one connection that responds when the test asks for it. */
async function gatewayToHolding (t: Test, options: Partial<UpstreamOptions> = {}) {
  const received: string[] = []
  const held: Array<[request: IncomingMessage, response: ServerResponse]> = []
  const origin = await startUpstream(t, 'v1', (request, response) => {
    received.push(request.url!)
    held.push([request, response])
  })
  const gateway = await gatewayTo(t, { targets: origin, connections: 1, ...options })
  const queued = (): number => gateway.targets()[0]!.queued
  return {
    ...gateway,
    received,
    queued,
    /** Responds to the oldest request with its body. */
    async respond () {
      await until(() => held.length > 0)
      const [request, response] = held.shift()!
      response.end(`${request.url} ${await text(request)}`)
    },
    /** Sends a request, and resolves when it is queued or has reached the target. */
    async enter (path: string, init?: RequestInit): Promise<{ response: Promise<string> }> {
      const before = received.length + queued()
      const response = gateway.send(path, init).then(async (response) => await response.text())
      // Requests without a response fail when the test ends.
      response.catch(() => {})
      await until(() => received.length + queued() > before)
      return { response }
    }
  }
}

t.test('requests beyond the connection limit wait and are served in order of arrival', async (t) => {
  const { enter, respond, received, targets } = await gatewayToHolding(t)

  const entered = []
  for (const path of ['/0', '/1', '/2', '/3']) entered.push(await enter(path))
  const before = [...received]
  const health = targets()[0]!
  for (let i = 0; i < 4; i++) await respond()
  const responses = await Promise.all(entered.map(async ({ response }) => await response))

  t.strictSame(before, ['/0'])
  t.match(health, { pending: 1, queued: 3 })
  t.strictSame(received, ['/0', '/1', '/2', '/3'])
  t.strictSame(responses, ['/0 ', '/1 ', '/2 ', '/3 '])
  t.match(targets()[0], { pending: 0, queued: 0 })
})

t.test('the connection limit is never exceeded', async (t) => {
  let [open, most] = [0, 0]
  const origin = await startUpstream(t, 'v1', (_request, response) => {
    most = Math.max(most, ++open)
    setImmediate(() => {
      open--
      response.end('ok')
    })
  })
  const { send } = await gatewayTo(t, { targets: origin, connections: 3 })

  const responses = await Promise.all(Array.from({ length: 30 }, async () => await (await send('/')).text()))

  t.strictSame(new Set(responses), new Set(['ok']))
  t.ok(most <= 3, `${most} at once`)
})

t.test('a queued upload arrives completely', async (t) => {
  const { enter, respond } = await gatewayToHolding(t)
  const body = 'x'.repeat(1_000_000)

  await enter('/0')
  const { response } = await enter('/1', { method: 'POST', body })
  await respond()
  await respond()

  t.equal(await response, `/1 ${body}`)
})

t.test('a client that leaves the queue is never served', async (t) => {
  const { origin, enter, respond, received, queued } = await gatewayToHolding(t)
  await enter('/0')
  const socket = await openSocket(t, origin)
  socket.write('GET /left HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => queued() === 1)
  const { response } = await enter('/2')

  socket.destroy()
  await until(() => queued() === 1)
  await respond()
  await respond()

  t.equal(await response, '/2 ')
  t.strictSame(received, ['/0', '/2'])
})

t.test('a request that waits longer than timeouts.connect gets a 503 with Retry-After', async (t) => {
  const timers = holdTimers(t, 55_555)
  const { send, enter, received, queued, targets } = await gatewayToHolding(t, { timeouts: { connect: 55_555 } })
  await enter('/0')
  const late = send('/1')
  await until(() => queued() === 1)

  timers[0]!.fire()
  const response = await late

  t.equal(response.status, 503)
  t.equal(response.headers.get('retry-after'), '1')
  t.match(await response.json(), { code: 'UPSTREAM_OVERLOADED', version: 'latest' })
  t.strictSame(received, ['/0'])
  t.equal(queued(), 0)
  t.match(targets()[0], { healthy: true, failures: 0 })
})

t.test('with maxQueued: 0, requests do not wait', async (t) => {
  const { send, enter, received } = await gatewayToHolding(t, { maxQueued: 0 })
  await enter('/0')

  const response = await send('/1')

  t.equal(response.status, 503)
  t.equal(response.headers.get('retry-after'), '1')
  t.match(await response.json(), { code: 'UPSTREAM_OVERLOADED' })
  t.strictSame(received, ['/0'])
})

t.test('requests beyond a full queue get a 503, even uploads, and queued requests are served', async (t) => {
  const { send, enter, respond } = await gatewayToHolding(t, { maxQueued: 1 })
  await enter('/0')
  const { response: queued } = await enter('/1')

  const response = await send('/2', { method: 'POST', body: 'x'.repeat(100_000) })
  await respond()
  await respond()

  t.equal(response.status, 503)
  t.equal(await queued, '/1 ')
})

t.test('a target with a free connection is preferred to one with queued requests', async (t) => {
  let received = 0
  const holding = await startUpstream(t, 'holding', () => { received++ })
  const free = await startUpstream(t, 'free', (_request, response) => { response.end('free') })
  const { send } = await gatewayTo(t, { targets: [holding, free], connections: 1 })
  const client = new AbortController()
  t.teardown(() => client.abort())
  send('/', { signal: client.signal }).catch(() => {})
  await until(() => received === 1)

  const bodies = []
  for (let i = 0; i < 3; i++) bodies.push(await (await send('/')).text())

  t.strictSame(bodies, ['free', 'free', 'free'])
  t.equal(received, 1)
})

t.test('if the queues of all targets are full, the request gets a 503', async (t) => {
  const targets = await Promise.all([0, 1].map(async () => await startUpstream(t, 'holding', () => {})))
  const { send, targets: health } = await gatewayTo(t, { targets, connections: 1, maxQueued: 0, retry: { attempts: 3 } })
  const client = new AbortController()
  t.teardown(() => client.abort())
  for (let i = 0; i < 2; i++) send('/', { signal: client.signal }).catch(() => {})
  await until(() => health().every(({ pending }) => pending === 1))

  const response = await send('/')

  t.equal(response.status, 503)
  t.match(await response.json(), { code: 'UPSTREAM_OVERLOADED' })
})

t.test('if the client disconnects during its exchange, the next queued request gets its connection', async (t) => {
  const { origin, enter, respond, received } = await gatewayToHolding(t)
  const socket = await openSocket(t, origin)
  socket.write('GET /0 HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => received.length === 1)
  const { response } = await enter('/1')

  socket.destroy()
  await until(() => received.length === 2)
  for (let i = 0; i < 2; i++) respond().catch(() => {})

  t.equal(await response, '/1 ')
})
