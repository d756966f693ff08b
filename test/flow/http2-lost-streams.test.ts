import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { inCompatibility } from '../helpers/compatibility.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Node counts what was queued for streams that were reset against `maxSessionMemory` of their session, for good. A
// session beyond the limit refuses everything.

const body = Buffer.alloc(500_000)
/** `maxSessionMemory`. With `compatibility`, the gateway only knows Node's default. */
const megabytes = inCompatibility ? 10 : 1

/** Starts downloads and resets them before they are read. */
async function resetDownloads (session: ClientHttp2Session, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const stream = session.request({ ':path': '/large' }).on('error', () => {})
    await once(stream, 'response')
    stream.close(8)
    await once(stream, 'close')
  }
}

async function status (session: ClientHttp2Session): Promise<unknown> {
  const stream = session.request({ ':path': '/' })
  const [headers] = await once(stream, 'response')
  await text(stream)
  return headers[':status']
}

/** Starts a gateway whose sessions have little memory, and opens a session. */
async function startSmall (t: Test) {
  const app = Fastify({ serverFactory: (handler) => createServer({ maxSessionMemory: megabytes }, handler as never) as never })
  t.teardown(async () => await app.close())
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => response.end(url === '/large' ? body : 'ok'))
  await gatewayTo(t, { targets: upstream }, app as unknown as FastifyInstance)
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const open = (): ClientHttp2Session => {
    const session = connect(origin).on('error', () => {})
    t.teardown(() => session.destroy())
    return session
  }
  return { open }
}

t.test('a session with many reset streams closes gracefully: requests in flight finish, a new session works', async (t) => {
  const { open } = await startSmall(t)
  const session = open()
  const goaway = once(session, 'goaway')
  const inFlight = session.request({ ':path': '/large' })
  await once(inFlight, 'response')

  await resetDownloads(session, 4 * megabytes)
  const [code] = await goaway
  const received = await text(inFlight)
  await once(session, 'close')
  const after = await status(open())

  t.equal(code, 0)
  t.equal(received.length, body.length)
  t.equal(inFlight.rstCode, 0)
  t.equal(after, 200)
})

t.test('a session that reads its responses stays open', async (t) => {
  const { open } = await startSmall(t)
  const session = open()

  for (let i = 0; i < 20; i++) await text(session.request({ ':path': '/large' }))

  t.notOk(session.closed)
  t.equal(await status(session), 200)
})

t.test('a client that disconnects with many downloads in flight does not affect other sessions', async (t) => {
  const { open } = await startSmall(t)
  const [leaving, staying] = [open(), open()]
  const streams = Array.from({ length: 10 }, () => leaving.request({ ':path': '/large' }).on('error', () => {}))
  await Promise.all(streams.map(async (stream) => await once(stream, 'response')))

  leaving.destroy()
  const after = await status(staying)

  t.equal(after, 200)
  t.notOk(staying.closed)
})
