import { once } from 'node:events'
import t, { type Test } from 'tap'
import { listen, makeApp } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { openSocket } from '../helpers/raw.ts'
import versionGateway from '../../lib/index.ts'

// The request is forwarded in a later tick, so no caller is left to catch its errors.

/** Starts a gateway whose hook delays requests for `/orders` until their client has disconnected. */
async function slowGateway (t: Test, hook: (request: object) => void = () => {}) {
  const received: string[] = []
  const upstream = await startUpstream(t, 'v1', (request, response) => {
    received.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('ok'))
  })
  const app = makeApp(t, { trustProxy: true })
  const gone = deferred()
  app.addHook('onRequest', async (request) => {
    hook(request)
    if (request.url !== '/orders') return
    request.raw.socket.once('close', () => gone.resolve())
    app.server.emit('waiting')
    await gone.promise
  })
  await app.register(versionGateway, { versions: { latest: { upstream } } })
  return { app, received, origin: await listen(app), gone: gone.promise }
}

t.test('a client that resets its upload while a hook runs leaves the gateway in a clean state', async (t) => {
  const { app, received, origin, gone } = await slowGateway(t)
  const socket = await openSocket(t, origin)
  const waiting = once(app.server, 'waiting')

  socket.write('POST /orders HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\n\r\nhello')
  await waiting
  socket.resetAndDestroy()
  await gone
  const after = await fetch(`${origin}/after`, { method: 'POST', body: 'hello' })

  t.equal(await after.text(), 'ok')
  t.strictSame(received, ['POST /after'])
})

t.test('an error during the forwarding of an upload results in 500, as for other requests', async (t) => {
  const { origin } = await slowGateway(t, (request) => {
    Object.defineProperty(request, 'ips', { get () { throw new Error('no addresses') } })
  })

  const responses = await Promise.all(['GET', 'POST'].map(async (method) =>
    await fetch(`${origin}/after`, { method, ...method === 'POST' && { body: 'hello' } })))

  t.strictSame(responses.map(({ status }) => status), [500, 500])
})

function deferred (): { promise: Promise<void>, resolve: () => void } {
  let given = (): void => {}
  const promise = new Promise<void>((resolve) => { given = resolve })
  return { promise, resolve: () => given() }
}
