import t from 'tap'
import { Http2Queue, type QueuedRequest } from '../../lib/transport/http2-queue.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'
import { holdTimers } from '../helpers/held-timers.ts'

function queued (): QueuedRequest & { notes: string[] } {
  const { handler, notes } = makeHandler()
  return { options: { method: 'GET', path: '/' }, handler, isRepeated: false, notes }
}

t.test('each request that waits gets one timeout, even if the limit is set again', async (t) => {
  const timers = holdTimers(t, 88)
  let timeouts = 0
  const queue = new Http2Queue(88, () => { timeouts++ })
  const [first, second] = [queued(), queued()]
  queue.add(first)
  queue.limit()
  queue.add(second)
  queue.limit()

  timers[0]!.fire()

  t.equal(timers.length, 2)
  t.strictSame([first.notes.length, second.notes.length, timeouts, queue.size], [1, 0, 1, 1])
})

t.test('without a limit, requests wait without a timeout', async (t) => {
  const queue = new Http2Queue(0, () => {})
  const request = queued()
  queue.add(request)

  queue.limit()

  t.equal(queue.take(), request)
  t.equal(queue.take(), undefined)
})
