import type { RequestListener } from 'node:http'
import t from 'tap'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { until } from '../helpers/until.ts'

const ok: RequestListener = (_request, response) => { response.end('ok') }

/** Responds with a 503 and Retry-After. */
function busy (retryAfter: string): RequestListener {
  return (_request, response) => response.writeHead(503, { 'retry-after': retryAfter }).end('busy')
}

for (const retryAfter of ['0', new Date(0).toUTCString()]) {
  t.test(`a response with Retry-After: ${retryAfter} is retried`, async (t) => {
    const { origin, received } = await target(t, busy(retryAfter), ok)
    const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 10 } })

    const response = await send('/')

    t.equal(await response.text(), 'ok')
    t.equal(received.length, 2)
  })
}

t.test('Retry-After is in seconds', async (t) => {
  const { origin, received } = await target(t, busy('7'), ok)
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 7_000 } })
  const timers = holdTimers(t, 7_000)

  const response = send('/')
  await until(() => timers.length === 1)
  const before = received.length
  timers[0]!.fire()

  t.equal(await (await response).text(), 'ok')
  t.strictSame([before, received.length], [1, 2])
})

t.test('a response with a Retry-After that exceeds maxDelay or is invalid is forwarded unchanged', async (t) => {
  const tooMuch = ['1', '60', '99999999999', new Date('2100-01-01').toUTCString(), 'soon', '-1', '0.001']
  const { origin, received } = await target(t, ...tooMuch.map(busy))
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 900 } })

  const responses = []
  for (let i = 0; i < tooMuch.length; i++) {
    const response = await send('/')
    responses.push([response.status, response.headers.get('retry-after'), await response.text()])
  }

  t.strictSame(responses, tooMuch.map((retryAfter) => [503, retryAfter, 'busy']))
  t.equal(received.length, tooMuch.length)
})

t.test('the last of several 503 responses is forwarded', async (t) => {
  const { origin, received } = await target(t, busy('0'))
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], attempts: 2 } })

  const response = await send('/')

  t.equal(response.status, 503)
  t.equal(await response.text(), 'busy')
  t.equal(received.length, 3)
})
