import { PassThrough } from 'node:stream'
import t from 'tap'
import { collectResponse } from '../../lib/transport/collect-response.ts'
import type { UpgradeHandler } from '../../lib/transport/upstream-handler.ts'

/** Collects a response, and returns the handlers that the transport got. */
function collecting ({ isRepeatable = false } = {}) {
  const controller = new AbortController()
  const handlers: UpgradeHandler[] = []
  const aborted: Error[] = []
  const request = { abort: (reason: Error) => { aborted.push(reason) }, resume: () => {} }
  const response = collectResponse((handler) => { handlers.push(handler) }, { signal: controller.signal, maxBytes: 10, isRepeatable })
  return { response, handlers, handler: handlers[0]!, aborted, request, abort: (reason: Error) => { controller.abort(reason) } }
}

t.test('a request that has ended before it has a connection is aborted once it has one', async (t) => {
  const { response, handler, aborted, request, abort } = collecting()

  abort(new Error('too late'))
  handler.onRequest(request)

  await t.rejects(response, { message: 'too late' })
  t.equal(aborted.length, 1)
})

t.test('a failure that is excused is repeated once, from the start', async (t) => {
  const { response, handlers, handler } = collecting({ isRepeatable: true })
  handler.onHeaders(200, [], '')
  handler.onData(Buffer.from('abc'))

  handler.onError(new Error('stale'), true)
  t.equal(handlers.length, 2)
  handler.onHeaders(200, [], '')
  handler.onData(Buffer.from('def'))
  handler.onComplete([])

  t.equal((await response).body.toString(), 'def')
})

t.test('a second failure is final, and so is one that is not excused', async (t) => {
  for (const excuses of [[true, true], [false]]) {
    const { response, handler } = collecting({ isRepeatable: true })

    for (const isExcused of excuses) handler.onError(new Error('down'), isExcused)

    await t.rejects(response, { message: 'down' })
  }
})

t.test('without isRepeatable, nothing is repeated', async (t) => {
  const { response, handlers, handler } = collecting()

  handler.onError(new Error('down'), true)

  await t.rejects(response, { message: 'down' })
  t.equal(handlers.length, 1)
})

t.test('a connection that switches protocols is closed', async (t) => {
  const { handler, response, abort } = collecting()
  const socket = new PassThrough()

  handler.onUpgrade([], socket)
  abort(new Error('done'))

  t.ok(socket.destroyed)
  await t.rejects(response)
})
