import t from 'tap'
import { makeHandler } from '../helpers/dispatch-handler.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { get, makePool } from '../helpers/http2-pool.ts'
import { respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { until } from '../helpers/until.ts'

t.test('a connection that allows no streams for ten seconds is replaced, and waiting requests move to the new one', async (t) => {
  const timers = holdTimers(t, 10_000)
  const { targets, ca, server, sessions } = await startHttp2Upstream(t, respondWith('ok'), { settings: { maxConcurrentStreams: 0 } })
  const { pool, capacities } = makePool(t, targets, ca)
  const { handler, notes, ended } = makeHandler()
  pool.dispatch(get, handler)
  await until(() => capacities.at(-1) === 0 && timers.length > 0)
  server.on('session', (session) => session.settings({ maxConcurrentStreams: 100 }))

  timers.at(-1)!.fire()
  await ended

  t.strictSame(notes, ['connected', '200', 'ok', 'complete'])
  t.equal(sessions.length, 2)
})
