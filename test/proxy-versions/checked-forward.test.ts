import { EventEmitter } from 'node:events'
import t from 'tap'
import { CheckedForward } from '../../lib/proxy-versions/checked-forward.ts'
import type { Forwarding } from '../../lib/proxy-versions/forward.ts'
import { InFlight } from '../../lib/proxy-versions/in-flight.ts'

/** Runs a check on a request without a server. */
async function run (pass: (reply: { sent: boolean }) => Promise<void>, { isClosing = false, destroyed = false } = {}) {
  const raw = Object.assign(new EventEmitter(), { destroyed, shouldKeepAlive: true })
  const sent: unknown[] = []
  const reply = { raw, sent: false, send: (payload: unknown) => { sent.push(payload) } }
  const logged: unknown[] = []
  const log = (fields: unknown): void => { logged.push(fields) }
  const inFlight = Object.assign(new InFlight(), { isClosing })
  let isForwarded = false
  let isAsked = false
  const request = { log: { info: log, debug: log, warn: log } }
  const forwarding = {
    request, reply, route: { inFlight, upstream: { version: 'v1' } }, body: null, send: () => { isForwarded = true }
  } as unknown as Forwarding

  new CheckedForward(forwarding).start({
    names: ['authz'],
    bodyBytes: 0,
    pass: async () => {
      isAsked = true
      await pass(reply)
    }
  })
  while (inFlight.exchanges.size > 0) await new Promise(setImmediate)
  return { raw, sent, isAsked, isForwarded, listeners: raw.listenerCount('close') }
}

t.test('a request that passes is forwarded', async (t) => {
  t.match(await run(async () => {}), { isForwarded: true, sent: [], listeners: 0 })
})

t.test('a request that was answered during its check is not forwarded', async (t) => {
  const answered = await run(async (reply) => { reply.sent = true })

  t.match(answered, { isAsked: true, isForwarded: false, sent: [] })
})

t.test('a failure after the answer is not sent', async (t) => {
  const answered = await run(async (reply) => {
    reply.sent = true
    throw new Error('late')
  })

  t.match(answered, { isForwarded: false, sent: [] })
})

t.test('no check runs for a client that has left', async (t) => {
  t.match(await run(async () => {}, { destroyed: true }), { isAsked: false, isForwarded: false, sent: [] })
})

t.test('a refusal while the gateway closes ends the connection', async (t) => {
  const { raw, sent } = await run(async () => { throw new Error('refused') }, { isClosing: true })

  t.equal(sent.length, 1)
  t.equal(raw.shouldKeepAlive, false)
})
