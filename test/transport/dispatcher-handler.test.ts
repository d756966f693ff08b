import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t from 'tap'
import type { Dispatcher } from 'undici'
import { DispatcherHandler } from '../../lib/transport/dispatcher-handler.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'
import { holdTimers } from '../helpers/held-timers.ts'

// Dispatchers of undici 6 have other callbacks, and dispatchers of an app may break the rules.

const limits = { connectMs: 0, headersMs: 0, maxHeaderSize: 1000 }
const nothing = (): void => {}

t.test('the callbacks of undici 6 are translated', async (t) => {
  const { handler, notes } = makeHandler({ onData: () => false })
  let reads = 0
  const translated = new DispatcherHandler(handler, null, limits, nothing)

  translated.onConnect(nothing)
  translated.onHeaders(103, [], nothing)
  const begins = translated.onHeaders(200, [Buffer.from('x-a'), Buffer.from('1')], () => { reads++ }, 'OK')
  const readsOn = translated.onData(Buffer.from('chunk'))
  translated.resume()
  translated.onComplete([])

  t.strictSame([begins, readsOn, reads], [true, false, 1])
  t.strictSame(notes, ['connected', '103', '200', 'chunk', 'complete'])
})

t.test('an error of undici 6 is reported once', async (t) => {
  const { handler, notes } = makeHandler()
  const translated = new DispatcherHandler(handler, null, limits, nothing)

  translated.onConnect(nothing)
  translated.onError(new Error('first'))
  translated.onError(new Error('second'))
  translated.onComplete([])

  t.strictSame(notes, ['connected', 'first'])
})

t.test('a dispatcher that ignores an abort can no longer reach the handler', async (t) => {
  const { handler, notes, abort } = makeHandler()
  let ends = 0
  const translated = new DispatcherHandler(handler, null, limits, () => { ends++ })

  translated.onConnect(nothing)
  abort(new Error('aborted'))
  translated.onHeaders(200, [], nothing)
  translated.onData(Buffer.from('chunk'))
  translated.onComplete([])

  t.strictSame(notes, ['connected', 'aborted'])
  t.equal(ends, 1)
})

t.test('an exception of the handler ends the request instead of the process', async (t) => {
  const { handler, notes } = makeHandler({ onHeaders: () => { throw new Error('invalid head') } })
  const reasons: Error[] = []
  const translated = new DispatcherHandler(handler, null, limits, nothing)

  translated.onConnect((reason) => reasons.push(reason))
  translated.onHeaders(200, [], nothing)

  t.match(reasons, [{ message: 'invalid head' }])
  t.strictSame(notes, ['connected', '200', 'invalid head'])
})

t.test('a response with too many headers, or with an unknown transfer coding, is refused', async (t) => {
  const fields = [{ 'x-long': 'x'.repeat(1000) }, { 'transfer-encoding': 'gzip, chunked' }]

  const notes = fields.map((headers) => {
    const { handler, notes } = makeHandler()
    const translated = new DispatcherHandler(handler, null, limits, nothing)
    translated.onConnect(nothing)
    translated.onResponseStart({ abort: nothing, resume: nothing }, 200, headers)
    return notes
  })

  t.strictSame(notes, [['connected', 'UND_ERR_HEADERS_OVERFLOW'], ['connected', 'TRANSFER_CODING_UNKNOWN']])
})

t.test('a request that is not sent in time fails, and is aborted if it is sent later', async (t) => {
  const timers = holdTimers(t, 77)
  const { handler, notes } = makeHandler()
  let aborts = 0
  const translated = new DispatcherHandler(handler, null, { ...limits, connectMs: 77 }, nothing)

  timers[0]!.fire()
  translated.onConnect(() => { aborts++ })

  t.strictSame(notes, ['UND_ERR_CONNECT_TIMEOUT'])
  t.equal(aborts, 1)
})

t.test('a dispatcher may pass no headers and no trailers', async (t) => {
  const { handler, notes } = makeHandler()
  const [modern, legacy] = [handler, handler].map((each) => new DispatcherHandler(each, null, limits, nothing))

  modern!.onRequestStart({ abort: nothing, resume: nothing })
  modern!.onResponseStart({ abort: nothing, resume: nothing }, 200, { 'x-odd': undefined })
  modern!.onResponseEnd({ abort: nothing, resume: nothing }, null)
  legacy!.onConnect(nothing)
  legacy!.onHeaders(200, ['x-text', '1'], nothing)
  legacy!.onComplete(undefined)

  t.strictSame(notes, ['connected', '200', 'complete', 'connected', '200', 'complete'])
})

t.test('an upgrade that comes after the end is closed', async (t) => {
  const { handler, notes, abort } = makeHandler()
  const translated = new DispatcherHandler(handler, null, limits, nothing)
  const socket = new PassThrough()

  translated.onConnect(nothing)
  abort(new Error('aborted'))
  translated.onUpgrade(101, null, socket)

  t.ok(socket.destroyed)
  t.strictSame(notes, ['connected', 'aborted'])
})

t.test('resuming a response that is not held does nothing, and one of undici 7 resumes its controller', async (t) => {
  const { handler } = makeHandler({ onData: () => false })
  const calls: string[] = []
  const controller = { abort: nothing, pause: () => { calls.push('pause') }, resume: () => { calls.push('resume') } }
  const translated = new DispatcherHandler(handler, null, limits, nothing)

  translated.resume()
  translated.onRequestStart(controller)
  translated.onResponseStart(controller, 200, {})
  translated.onResponseData(controller as unknown as Dispatcher.DispatchController, Buffer.from('chunk'))
  translated.resume()
  translated.resume()

  t.strictSame(calls, ['pause', 'resume'])
})

t.test('the limit of the headers waits for the end of an upload', async (t) => {
  const wait = holdTimers(t, 77)
  const { handler, notes } = makeHandler()
  const body = Object.assign(new PassThrough(), { sendHeadFirst: nothing })
  const translated = new DispatcherHandler(handler, body, { ...limits, headersMs: 77 }, nothing)

  translated.onConnect(nothing)
  wait[0]!.fire()
  const during = [...notes]
  body.end().resume()
  await once(body, 'end')
  wait[0]!.fire()

  t.strictSame(during, ['connected'])
  t.strictSame(notes, ['connected', 'UND_ERR_HEADERS_TIMEOUT'])
})
