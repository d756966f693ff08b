import type { RequestListener, ServerResponse } from 'node:http'
import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'

const reset: RequestListener = (request) => { request.socket.destroy() }
const ok: RequestListener = (_request, response) => { response.end('ok') }

/** Responds with a 503 and Retry-After. */
function busy (retryAfter: string): RequestListener {
  return (_request, response) => response.writeHead(503, { 'retry-after': retryAfter }).end('busy')
}

for (const attempts of [0, 1, 3]) {
  t.test(`with ${attempts} attempts, a request is sent at most ${attempts + 1} times`, async (t) => {
    const { origin, received } = await target(t, reset)
    const { send } = await gatewayTo(t, { targets: origin, retry: { on: ['reset'], attempts } })

    const response = await send('/')

    t.equal(response.status, 502)
    t.equal(received.length, attempts + 1)
  })
}

t.test('if all requests fail, only a fraction of them is retried', async (t) => {
  const arrived: ServerResponse[] = []
  const { origin, received } = await target(t, (_request, response) => {
    arrived.push(response)
    if (received.length >= 50) arrived.splice(0).forEach(({ socket }) => socket?.destroy())
  })
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: ['reset'], attempts: 3 } })

  const responses = await Promise.all(Array.from({ length: 50 }, async () => await send('/')))

  t.ok(responses.every(({ status }) => status === 502))
  t.ok(received.length > 50 && received.length <= 70, `50 requests were sent ${received.length} times`)
})

t.test('a client that disconnects during the retry delay ends it and uses no retry budget', async (t) => {
  let departed = 0
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { if (line.includes('client left')) departed++ } } } })
  const { origin, received } = await target(t, busy('1'), busy('1'), busy('1'), busy('0'), ok)
  const { origin: gateway, send, targets } = await gatewayTo(t, { targets: origin, retry: { on: [503] } }, app)
  for (let i = 1; i <= 3; i++) {
    const socket = await openSocket(t, gateway)
    socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
    await until(() => received.length === i && targets()[0]!.pending === 0)
    socket.destroy()
    await until(() => departed === i)
  }

  const response = await send('/')

  t.equal(await response.text(), 'ok')
  t.equal(received.length, 5)
})

t.test('a total timeout during the retry delay ends it and uses no retry budget', async (t) => {
  const { origin, received } = await target(t, busy('1'), busy('1'), busy('1'), busy('0'), ok)
  const { send, targets } = await gatewayTo(t, { targets: origin, timeouts: { total: 77_777 }, retry: { on: [503] } })
  const limits = holdTimers(t, 77_777)
  const statuses = []
  for (let i = 1; i <= 3; i++) {
    const reply = send('/')
    await until(() => received.length === i && targets()[0]!.pending === 0)
    limits[i - 1]!.fire()
    statuses.push((await reply).status)
  }

  const response = await send('/')

  t.strictSame(statuses, [504, 504, 504])
  t.equal(await response.text(), 'ok')
  t.equal(received.length, 5)
})
