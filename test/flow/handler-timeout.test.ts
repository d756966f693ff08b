import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway whose `handlerTimeout` expires when the test fires a timer, and holds the responses of its upstream. */
async function gatewayToLate (t: Test) {
  const timers = holdTimers(t, 55_555)
  const held: ServerResponse[] = []
  const targets = await startUpstream(t, 'v1', (_request, response) => { held.push(response) })
  const app = makeApp(t, { handlerTimeout: 55_555 })
  return { app, held, timers, options: { targets } }
}

t.test('when Fastify\'s handlerTimeout expires, the client gets an error and the upstream request is aborted', async (t) => {
  const { app, held, timers, options } = await gatewayToLate(t)
  const { send, targets } = await gatewayTo(t, options, app)
  const reply = send('/')
  await until(() => held.length === 1)
  const ended = once(held[0]!, 'close')

  timers[0]!.fire()
  const response = await reply
  await ended

  t.equal(response.status, 503)
  t.match(await response.json(), { code: 'FST_ERR_HANDLER_TIMEOUT' })
  t.match(targets()[0], { pending: 0, failures: 0 })
})

t.test('a late upstream response does not disturb the response that the app sends instead', async (t) => {
  const { app, held, timers, options } = await gatewayToLate(t)
  const instead = new PassThrough()
  app.setErrorHandler((_error, _request, reply) => reply.code(504).send(instead))
  const { origin, targets } = await gatewayTo(t, options, app)
  const client = await openSocket(t, origin)
  client.write('GET / HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n')
  await until(() => held.length === 1)
  timers[0]!.fire()
  instead.write('patience, ')
  await once(client, 'data')

  held[0]!.end('too late')
  await until(() => targets()[0]!.pending === 0)
  instead.end('please')

  t.match(await text(client), /please\r\n0\r\n\r\n$/)
})
