import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestListener } from 'node:http'
import t from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { sendRaw } from '../helpers/raw.ts'
import { deadOrigin } from '../helpers/upstream.ts'

const steps = {
  reset: (request) => { request.socket.destroy() },
  timeout: () => {},
  503: (_request, response) => { response.writeHead(503, { 'x-first': '1' }).end('busy'.repeat(100_000)) },
  ok: (_request, response) => { response.end('ok') },
  half: (_request, response) => { response.write('half', () => response.destroy()) }
} satisfies Record<string, RequestListener>

/** Longer than the attempts that get a response. */
const timeouts = { headers: 1_000 }

for (const [step, status] of [['reset', 502], ['timeout', 504], [503, 503]] as const) {
  t.test(`by default, requests are not retried after ${step}`, async (t) => {
    const { origin, received } = await target(t, steps[step])
    const { send } = await gatewayTo(t, { targets: origin, timeouts })

    const response = await send('/')

    t.equal(response.status, status)
    t.equal(received.length, 1)
  })

  t.test(`on: [${step}] retries idempotent requests, and the client gets the complete second response`, async (t) => {
    const methods = step === 'timeout' ? ['GET'] : ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
    const { origin, received } = await target(t, ...methods.flatMap(() => [steps[step], steps.ok]))
    const { send } = await gatewayTo(t, { targets: origin, timeouts, retry: { on: [step] } })

    const responses = []
    for (const method of methods) {
      const response = await send('/', { method })
      responses.push([response.status, response.headers.get('x-first'), await response.text()])
    }

    t.strictSame(responses, methods.map((method) => [200, null, method === 'HEAD' ? '' : 'ok']))
    t.strictSame(received, methods.flatMap((method) => [method, method]))
  })

  t.test(`on: [${step}] does not retry requests that are not idempotent or have a body`, async (t) => {
    const requests = [['POST', ''], ['GET', 'abc'], ['PUT', 'abc'], ['PATCH', ''], ['POST', 'abc']].slice(0, step === 'timeout' ? 2 : 5)
    const { origin, received } = await target(t, steps[step])
    const { origin: gateway } = await gatewayTo(t, { targets: origin, timeouts, retry: { on: [step] } })

    const statuses = []
    for (const [method, body] of requests) {
      const response = await sendRaw(t, gateway, [`${method} / HTTP/1.1`, 'Host: api.test', `Content-Length: ${body!.length}`], body)
      statuses.push(Number(response.split(' ')[1]))
    }

    t.strictSame(statuses, requests.map(() => status))
    t.strictSame(received, requests.map(([method]) => method))
  })
}

t.test('a 503 whose body never ends is retried, too', async (t) => {
  const { origin, received } = await target(t, (_request, response) => { response.writeHead(503).write('busy') }, steps.ok)
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503] } })

  const response = await send('/')

  t.equal(await response.text(), 'ok')
  t.equal(received.length, 2)
})

t.test('a truncated response is not retried and does not look complete', async (t) => {
  const { origin, received } = await target(t, steps.half, steps.ok)
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: ['reset', 'timeout'], attempts: 3 } })

  const response = await send('/')

  t.equal(response.status, 200)
  await t.rejects(response.text())
  t.equal(received.length, 1)
})

t.test('a retry goes to a target that was not tried before', async (t) => {
  const [failing, good] = [await target(t, steps.reset), await target(t, steps.ok)]
  const { send } = await gatewayTo(t, { targets: [failing.origin, good.origin], retry: { on: ['reset'] } })

  const bodies = []
  for (let i = 0; i < 4; i++) bodies.push(await (await send('/')).text())

  t.strictSame(bodies, ['ok', 'ok', 'ok', 'ok'])
  t.equal(good.received.length, 4)
})

t.test('if there are more attempts than targets, targets are tried again', async (t) => {
  const targets = [await target(t, steps.reset), await target(t, steps.reset, steps.ok)]
  const { send } = await gatewayTo(t, { targets: targets.map(({ origin }) => origin), retry: { on: ['reset'], attempts: 3 } })

  const response = await send('/')

  t.equal(await response.text(), 'ok')
  t.ok(targets.every(({ received }) => received.length > 0))
})

t.test('a single target that cannot be connected is not retried immediately', async (t) => {
  const origin = await deadOrigin()
  let tried = 0
  // The event is process-wide: the gateway of another test may connect at the same time.
  const onConnectError = (message: unknown): void => {
    const { connectParams } = message as { connectParams: { host: string } }
    if (connectParams.host === new URL(origin).host) tried++
  }
  subscribe('undici:client:connectError', onConnectError)
  t.teardown(() => unsubscribe('undici:client:connectError', onConnectError))
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: ['not-sent', 'reset'], attempts: 3 } })

  const response = await send('/')

  t.equal(response.status, 502)
  t.equal(tried, 1)
})

t.test('requests are never sent to a target of another version', async (t) => {
  const [failing, other] = [await target(t, steps.reset), await target(t, steps.ok)]
  const retry = { on: ['not-sent', 'reset'] as const, attempts: 3 }
  const versions = { latest: { upstream: { targets: [failing.origin, await deadOrigin()], retry } }, v2: { upstream: other.origin } }
  const { send } = await startGateway(t, { versions })

  const response = await send('/')

  t.equal(response.status, 502)
  t.strictSame(other.received, [])
})
