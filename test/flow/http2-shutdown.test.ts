import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('HTTP/2 exchanges in flight complete when the gateway closes', async (t) => {
  const held: ServerResponse[] = []
  const upstream = await startUpstream(t, 'v1', (_request, response) => { held.push(response) })
  const front = await makeHttp2App(t)
  let isClosing = false
  front.app.addHook('preClose', async () => { isClosing = true })
  const { app, send, session } = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, front)
  const response = send('/')
  await until(() => held.length === 1)

  const closed = app.close()
  await until(() => isClosing)
  await setImmediate()
  held[0]!.end('whole')
  const { status, body } = await response
  session.close()
  await closed

  t.equal(status, 200)
  t.equal(body, 'whole')
})
