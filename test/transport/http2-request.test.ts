import { connect } from 'node:http2'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { Http2Request } from '../../lib/transport/http2-request.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { get, makePool } from '../helpers/http2-pool.ts'
import { respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { frames, rawHttp2Upstream } from '../helpers/raw-http2-upstream.ts'
import { until } from '../helpers/until.ts'

const gaveUp = new Error('gave up')

t.test('a request that is aborted as soon as a connection exists is not sent', async (t) => {
  let received = 0
  const { targets, ca } = await startHttp2Upstream(t, (stream, headers) => {
    received++
    respondWith('ok')(stream, headers)
  })
  const { pool } = makePool(t, targets, ca)
  const [hasty, patient] = [makeHandler({ onRequest: (request) => request.abort(gaveUp) }), makeHandler()]

  pool.dispatch({ ...get, method: 'POST', body: Readable.from(['x']) }, hasty.handler)
  await hasty.ended
  pool.dispatch(get, patient.handler)
  await patient.ended

  t.strictSame(hasty.notes, ['connected', 'gave up'])
  t.strictSame(patient.notes, ['connected', '200', 'ok', 'complete'])
  t.equal(received, 1)
})

t.test('a request that is aborted twice fails once, and no callback follows', async (t) => {
  const { targets, tls } = await rawHttp2Upstream(t, (id) => [frames.interim(id), frames.headers(id), frames.data(id, 'ok'), frames.trailers(id)])
  const { pool } = makePool(t, targets, tls.ca)
  const impatient = makeHandler({ onHeaders: () => { impatient.abort(gaveUp); impatient.abort(gaveUp) } })

  pool.dispatch(get, impatient.handler)
  await impatient.ended
  await pool.close()

  t.strictSame(impatient.notes, ['connected', '103', 'gave up'])
})

t.test('a request that is aborted while it waits for a retry fails immediately', async (t) => {
  const connections: Array<() => void> = []
  const { targets, tls } = await rawHttp2Upstream(t, () => [frames.goAway(0, 0)])
  const { pool } = makePool(t, targets, tls.ca, {
    connect: (connect) => (where, callback) => {
      connections.push(() => connect(where, callback))
      if (connections.length === 1) connections[0]!()
    }
  })
  const { handler, notes, abort } = makeHandler()
  pool.dispatch(get, handler)
  await until(() => connections.length === 2)

  abort(gaveUp)

  t.strictSame(notes, ['connected', 'gave up'])
  connections[1]!()
})

t.test('an exception in a handler ends the request', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, respondWith('ok'))
  const { pool } = makePool(t, targets, ca)
  const [atHeaders, atData] = [makeHandler({ onHeaders: () => { throw gaveUp } }), makeHandler({ onData: () => { throw gaveUp } })]

  for (const { handler, ended } of [atHeaders, atData]) {
    pool.dispatch(get, handler)
    await ended
  }

  t.strictSame(atHeaders.notes, ['connected', '200', 'gave up'])
  t.strictSame(atData.notes, ['connected', '200', 'ok', 'gave up'])
})

t.test('the headers timeout starts when the request has been sent and restarts with each interim response', async (t) => {
  const timers = holdTimers(t, 55_555)
  const { targets, ca } = await startHttp2Upstream(t, (stream) => {
    stream.on('data', () => stream.additionalHeaders({ ':status': 103 })).on('end', () => held.push(stream))
  })
  const held: unknown[] = []
  const { pool } = makePool(t, targets, ca, { limits: { headersTimeout: 55_555, maxHeaderSize: 16_384 } })
  const body = new PassThrough()
  const { handler, notes, ended } = makeHandler()
  pool.dispatch({ ...get, method: 'POST', body }, handler)
  body.write('x')
  await until(() => notes.includes('103'))

  const afterInterim = timers[0]!.refreshed
  timers[0]!.fire()
  const whileSending = [...notes]
  body.end()
  await until(() => held.length === 1)
  const afterSending = timers[0]!.refreshed
  timers[0]!.fire()
  await ended

  t.equal(afterInterim, 1)
  t.strictSame(whileSending, ['connected', '103'])
  t.equal(afterSending, 3)
  t.strictSame(notes, ['connected', '103', 'UND_ERR_HEADERS_TIMEOUT'])
})

t.test('a target that does not read the request also causes a headers timeout', async (t) => {
  const timers = holdTimers(t, 55_555)
  const { targets, ca, sessions } = await startHttp2Upstream(t, () => {})
  const { pool } = makePool(t, targets, ca, { limits: { headersTimeout: 55_555, maxHeaderSize: 16_384 } })
  const { handler, notes, ended } = makeHandler()
  const endless = new Readable({ read () { this.push(Buffer.alloc(65_536)) } })
  pool.dispatch({ ...get, method: 'POST', body: endless }, handler)
  await until(() => sessions.length === 1 && timers.length === 1)

  const fire = setInterval(() => timers[0]!.fire(), 1)
  await ended
  clearInterval(fire)
  endless.destroy()

  t.strictSame(notes, ['connected', 'UND_ERR_HEADERS_TIMEOUT'])
})

t.test('a closed connection does not accept a request', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, respondWith('ok'))
  const session = connect(targets, { ca })
  const { handler, notes, ended } = makeHandler()
  let left = 0
  const leave = (): void => { left++ }
  const connection = { isReused: false, lastStream: Infinity, leave, retire: () => {}, onStale: () => {} }
  const options = { headersTimeout: 0, maxHeaderSize: 16_384, connection, repeat: null }
  session.destroy()

  try {
    new Http2Request(session, handler, options).send(get, new URL('https://orders.test'))
  } catch (error) {
    // Node before 24 throws, and the pool then does this. Later versions report the error with an event.
    leave()
    handler.onError(error as Error)
  }
  await ended
  await until(() => left > 0)

  t.strictSame(notes, ['connected', 'ERR_HTTP2_INVALID_SESSION'])
  t.equal(left, 1)
})
