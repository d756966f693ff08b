import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import { normalizeUpstream } from '../../../lib/config/normalize-upstream.ts'
import { Target } from '../../../lib/proxy-versions/upstream/target.ts'
import type { UpstreamOptions } from '../../../types/index.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const waiter = { onConnection: () => {}, onError: () => {} }
const failed = new Error('connection refused')

/** Makes a target with its own clock, and collects the changes of its health. */
function makeTarget (t: Test, options: Partial<UpstreamOptions> = {}, address = 'http://127.0.0.1:1') {
  const clock = { now: 0 }
  const changes: Array<[isHealthy: boolean, error: string | undefined]> = []
  const target = new Target(address, normalizeUpstream({
    targets: address, health: { passive: { failures: 2, cooldownMs: 100 } }, ...options
  }), () => clock.now, ({ isHealthy }, error) => changes.push([isHealthy, error?.message]))
  t.teardown(() => target.close())
  const exchange = (outcome: Error | 'succeeded' | null): void => {
    target.enter(waiter)
    target.leave(outcome)
  }
  return { target, clock, changes, exchange }
}

t.test('consecutive failures make a target rest, and exchanges without a result do not count', async (t) => {
  const { target, exchange } = makeTarget(t)

  const health = [failed, 'succeeded' as const, failed, null, failed].map((outcome) => {
    exchange(outcome)
    return target.isHealthy
  })

  t.strictSame(health, [true, true, true, true, false])
})

t.test('after its rest, a target gets a single trial request', async (t) => {
  const { target, clock, exchange } = makeTarget(t)
  exchange(failed)
  exchange(failed)

  clock.now = 100
  const rested = target.isHealthy
  target.enter(waiter)
  const trying = target.isHealthy
  target.leave('succeeded')

  t.strictSame([rested, trying, target.isHealthy], [true, false, true])
})

t.test('each change of health is reported once, with its reason', async (t) => {
  const { clock, changes, exchange } = makeTarget(t)

  for (const outcome of [failed, failed, failed]) exchange(outcome)
  clock.now = 100
  exchange(failed)
  clock.now = 200
  exchange('succeeded')
  exchange('succeeded')

  t.strictSame(changes, [[false, 'connection refused'], [true, undefined]])
})

t.test('nothing is reported without a listener', async (t) => {
  const target = new Target('http://127.0.0.1:1', normalizeUpstream({ targets: [], health: { passive: { failures: 1 } } }), Date.now)
  t.teardown(() => target.close())

  target.enter(waiter)
  target.leave(failed)

  t.equal(target.isHealthy, false)
})

t.test('pending, queued and failed requests are counted', async (t) => {
  const { target, exchange } = makeTarget(t, { connections: 2 })
  exchange(failed)
  const waiting = { ...waiter }

  for (const each of [waiter, { ...waiter }, waiting, { ...waiter }]) target.enter(each)
  const full = [target.pending, target.isFull]
  const health = target.health()
  target.giveUp(waiting)
  for (let i = 0; i < 3; i++) target.leave(null)

  t.strictSame(full, [2, true])
  t.strictSame(health, {
    address: 'http://127.0.0.1:1', healthy: true, pending: 2, queued: 2, failures: 1, active: 'unknown', lastError: 'connection refused'
  })
  t.match(target.health(), { pending: 0, queued: 0 })
})

t.test('a failed health check takes the target out regardless of exchanges, and is reported once', async (t) => {
  const statuses = [503, 503, 200, 200]
  const checks = new EventEmitter()
  let respond = (): void => {}
  const address = await startUpstream(t, 'v1', (_request, response) => {
    respond = () => response.writeHead(statuses.shift() ?? 200).end()
    checks.emit('asked')
  })
  const active = { path: '/', intervalMs: 1, failures: 2, successes: 2 }
  const { target, changes, exchange } = makeTarget(t, { health: { active } }, address)

  const states = []
  for (let i = 0; i < 5; i++) {
    await once(checks, 'asked')
    states.push([target.health().active, target.isHealthy])
    exchange('succeeded')
    respond()
  }

  t.strictSame(states, [['unknown', true], ['unknown', true], ['down', false], ['down', false], ['up', true]])
  t.strictSame(changes, [[false, 'health check returned 503'], [true, undefined]])
})
