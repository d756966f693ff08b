import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { RequestBody } from '../../../lib/proxy-versions/request/request-body.ts'

t.test('a body that is consumed is delivered', async (t) => {
  const source = new PassThrough()
  const body = new RequestBody(source as unknown as IncomingMessage, { bytes: 0, idle: 0 })

  const first = once(body, 'data')
  source.write('one')
  const [chunk] = await first
  const second = once(body, 'data')
  source.write('two')

  t.equal(String(chunk), 'one')
  t.equal(String((await second)[0]), 'two')
})

t.test('a body that is not consumed pauses its source', async (t) => {
  const source = new PassThrough()
  const body = new RequestBody(source as unknown as IncomingMessage, { bytes: 0, idle: 0 })

  body.read(0)
  const paused = once(source, 'pause')
  source.write('one')
  await paused

  t.ok(source.isPaused())
})
