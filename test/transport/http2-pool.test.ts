import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import t from 'tap'
import { defaultMaxStreams } from '../../lib/transport/http2-connection.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'
import { get, makePool } from '../helpers/http2-pool.ts'
import { respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { until } from '../helpers/until.ts'

t.test('requests wait for the first connection and share it', async (t) => {
  const { targets, ca, sessions } = await startHttp2Upstream(t, respondWith('ok'))
  const { pool, capacities } = makePool(t, targets, ca)
  const handlers = [1, 2, 3].map(() => makeHandler())

  for (const { handler } of handlers) pool.dispatch(get, handler)
  await Promise.all(handlers.map(async ({ ended }) => await ended))

  for (const { notes } of handlers) t.strictSame(notes, ['connected', '200', 'ok', 'complete'])
  t.equal(sessions.length, 1)
  await until(() => capacities.length > 0)
  t.strictSame(capacities, [10 * defaultMaxStreams])
})

t.test('a target with a lower stream limit gets more connections', async (t) => {
  const held: ServerHttp2Stream[] = []
  const settings = { maxConcurrentStreams: 2 }
  const { targets, ca, sessions } = await startHttp2Upstream(t, (stream) => { held.push(stream) }, { settings })
  const { pool, capacities } = makePool(t, targets, ca)
  const handlers = [1, 2, 3, 4, 5].map(() => makeHandler())
  pool.dispatch(get, handlers[0]!.handler)
  await until(() => capacities.includes(20) && held.length === 1)

  for (const { handler } of handlers.slice(1)) pool.dispatch(get, handler)
  await until(() => held.length === 5)
  for (const stream of held) respondWith('ok')(stream, {})
  await Promise.all(handlers.map(async ({ ended }) => await ended))

  t.equal(sessions.length, 3)
})

t.test('if no connection can be established, all waiting requests fail as not sent', async (t) => {
  const { pool } = makePool(t, 'https://127.0.0.1:1', '', {
    connect: () => (_where, callback) => setImmediate(() => callback(Object.assign(new Error(), { code: 'ECONNREFUSED' }), null))
  })
  const handlers = [makeHandler(), makeHandler()]

  for (const { handler } of handlers) pool.dispatch(get, handler)
  await Promise.all(handlers.map(async ({ ended }) => await ended))

  for (const { notes } of handlers) t.strictSame(notes, ['ECONNREFUSED'])
})

t.test('close() waits for a pending connection and the requests that wait for it', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, respondWith('ok'))
  let go = (): void => {}
  const { pool } = makePool(t, targets, ca, { connect: (connect) => (where, callback) => { go = () => connect(where, callback) } })
  const { handler, notes } = makeHandler()
  pool.dispatch(get, handler)

  const closed = pool.close()
  go()
  await closed

  t.strictSame(notes, ['connected', '200', 'ok', 'complete'])
})

t.test('close() does not wait for a connection that cannot be established', async (t) => {
  const { pool } = makePool(t, 'https://127.0.0.1:1', '', {
    connect: () => (_where, callback) => setImmediate(() => callback(new Error('refused'), null))
  })
  pool.dispatch(get, makeHandler().handler)

  await t.resolves(pool.close())
})

t.test('requests dispatched just before close() are sent, even with a body', async (t) => {
  const { targets, ca, sessions } = await startHttp2Upstream(t, (stream) => {
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const { pool } = makePool(t, targets, ca)
  const [first, second] = [makeHandler(), makeHandler()]
  pool.dispatch(get, first.handler)
  await first.ended

  pool.dispatch({ ...get, method: 'POST', body: Readable.from(['x']) }, second.handler)
  await pool.close()

  t.strictSame(second.notes, ['connected', '200', 'x', 'complete'])
  await until(() => sessions.every(({ destroyed, closed }) => destroyed || closed))
})

t.test('a request that is refused during close() is retried on another connection, which is closed, too', async (t) => {
  let received = 0
  const { targets, ca, sessions } = await startHttp2Upstream(t, (stream, headers) => {
    if (++received === 1) stream.close(7)
    else respondWith('ok')(stream, headers)
  })
  const { pool } = makePool(t, targets, ca)
  const { handler, notes } = makeHandler()
  pool.dispatch(get, handler)

  await pool.close()

  t.strictSame(notes, ['connected', 'connected', '200', 'ok', 'complete'])
  t.equal(sessions.length, 2)
})

t.test('a request that cannot be sent does not delay close()', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, respondWith('ok'))
  const { pool } = makePool(t, targets, ca)
  const { handler, notes, ended } = makeHandler()

  pool.dispatch({ ...get, headers: ['x-name', 'a\x01b'] }, handler)
  await ended
  await pool.close()

  t.strictSame(notes, ['connected', 'UND_ERR_INVALID_ARG'])
})
