import type { RequestListener } from 'node:http'
import t from 'tap'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { until } from '../helpers/until.ts'

const ok: RequestListener = (_request, response) => { response.end('ok') }

/** A 503 that asks to come back later. */
function busy (retryAfter: string): RequestListener {
  return (_request, response) => response.writeHead(503, { 'retry-after': retryAfter }).end('busy')
}

for (const retryAfter of ['0', new Date(0).toUTCString()]) {
  t.test(`a response with Retry-After: ${retryAfter} is retried`, async (t) => {
    const { origin, asked } = await target(t, busy(retryAfter), ok)
    const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 10 } })

    const response = await send('/')

    t.equal(await response.text(), 'ok')
    t.equal(asked.length, 2)
  })
}

t.test('Retry-After is in seconds', async (t) => {
  const { origin, asked } = await target(t, busy('7'), ok)
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 7_000 } })
  const timers = holdTimers(t, 7_000)

  const answer = send('/')
  await until(() => timers.length === 1)
  const before = asked.length
  timers[0]!.fire()

  t.equal(await (await answer).text(), 'ok')
  t.strictSame([before, asked.length], [1, 2])
})

t.test('a response with a Retry-After that exceeds maxDelay or is invalid is forwarded unchanged', async (t) => {
  const tooMuch = ['1', '60', '99999999999', new Date('2100-01-01').toUTCString(), 'soon', '-1', '0.001']
  const { origin, asked } = await target(t, ...tooMuch.map(busy))
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], maxDelay: 900 } })

  const answers = []
  for (let i = 0; i < tooMuch.length; i++) {
    const response = await send('/')
    answers.push([response.status, response.headers.get('retry-after'), await response.text()])
  }

  t.strictSame(answers, tooMuch.map((retryAfter) => [503, retryAfter, 'busy']))
  t.equal(asked.length, tooMuch.length)
})

t.test('the last of several 503 responses is forwarded', async (t) => {
  const { origin, asked } = await target(t, busy('0'))
  const { send } = await gatewayTo(t, { targets: origin, retry: { on: [503], attempts: 2 } })

  const response = await send('/')

  t.equal(response.status, 503)
  t.equal(await response.text(), 'busy')
  t.equal(asked.length, 3)
})
