import t from 'tap'
import { normalizeUpstream } from '../../lib/config/normalize-upstream.ts'
import { Upstream } from '../../lib/proxy-versions/upstream/upstream.ts'
import { gatewayTo, target } from '../helpers/gateway-to.ts'
import { deadOrigin } from '../helpers/upstream.ts'

const passive = { failures: 2, cooldownMs: 30_000 }

t.test('while no target is healthy, requests get 503 at once', async (t) => {
  const { origin, received } = await target(t, (_request, response) => response.destroy())
  const targets = [origin, await deadOrigin()]
  const { send } = await gatewayTo(t, { targets, circuitBreaker: true, retry: { attempts: 0 }, health: { passive } })
  for (let i = 0; i < 4; i++) await (await send('/a')).text()
  const before = received.length

  const response = await send('/a')

  t.equal(response.status, 503)
  t.equal(response.headers.get('retry-after'), '30')
  t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE', version: 'latest' })
  t.equal(received.length, before)
})

t.test('without a circuit breaker, unhealthy targets are tried', async (t) => {
  const { origin, received } = await target(t, (_request, response) => response.destroy())
  const { send } = await gatewayTo(t, { targets: origin, retry: { attempts: 0 }, health: { passive } })
  for (let i = 0; i < 5; i++) await (await send('/a')).text()

  t.equal(received.length, 5)
})

t.test('when a target has rested, one request tries it, and its success closes the circuit', async (t) => {
  const clock = { now: 0 }
  const upstream = new Upstream({
    id: 'v1', upstream: normalizeUpstream({ targets: 'http://127.0.0.1:1', circuitBreaker: true, health: { passive } })
  }, { warn () {}, info () {} }, () => clock.now)
  t.teardown(async () => await upstream.destroy())
  const waiter = { onConnection () {}, onError () {} }
  const one = upstream.pick([])!
  for (let i = 0; i < 2; i++) {
    one.enter(waiter)
    one.leave(new Error('down'))
  }
  const open = [upstream.pick([]), upstream.restMs]

  clock.now = 30_000
  const trial = upstream.pick([])
  one.enter(waiter)
  const during = upstream.pick([])
  one.leave('succeeded')
  const after = upstream.pick([])

  t.strictSame(open, [null, 30_000])
  t.equal(trial, one)
  t.equal(during, null)
  t.equal(after, one)
})
