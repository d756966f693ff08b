import { once } from 'node:events'
import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

const request = 'GET /orders HTTP/1.1\r\nHost: api.test\r\n\r\n'

t.test('if the client disconnects before the response, the upstream request is aborted', async (t) => {
  let leave = (): void => {}
  const ended = new Promise<void>((resolve) => {
    startUpstream(t, 'v1', (received) => {
      received.once('close', () => resolve())
      leave()
    }).then(async (upstream) => {
      const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
      const socket = await openSocket(t, origin)
      leave = () => { socket.destroy() }
      socket.write(request)
    })
  })

  await t.resolves(ended)
})

t.test('if the client disconnects while a resolver runs, the request is not forwarded and holds no connection', async (t) => {
  const received: string[] = []
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
    received.push(url!)
    response.end('ok')
  })
  const app = makeApp(t)
  const left = new Promise((resolve) => app.addHook('onRequest', async ({ raw }) => { raw.socket.once('close', resolve) }))
  const { origin, send } = await startGateway(t, {
    versions: { latest: { upstream } },
    resolve: {
      override: [{
        name: 'slow',
        timeoutMs: 0,
        resolve: async ({ url }) => { if (url === '/orders') await left; return undefined }
      }]
    }
  }, app)
  const socket = await openSocket(t, origin)

  socket.write(request)
  await once(app.server, 'request')
  socket.destroy()
  await left
  const response = await send('/after')

  t.equal(await response.text(), 'ok')
  t.strictSame(received, ['/after'])
})

t.test('if the client disconnects during the response, the upstream response is aborted', async (t) => {
  const ended = new Promise<void>((resolve) => {
    startUpstream(t, 'v1', (_request, response) => {
      response.once('close', () => resolve())
      response.write('first')
    }).then(async (upstream) => {
      const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
      const socket = await openSocket(t, origin)
      socket.once('data', () => socket.destroy())
      socket.write(request)
    })
  })

  await t.resolves(ended)
})

t.test('if the client disconnects during its upload, the upstream request is aborted', async (t) => {
  const ended = new Promise<void>((resolve) => {
    startUpstream(t, 'v1', (upload) => { upload.once('aborted', () => resolve()).resume() }).then(async (upstream) => {
      const { origin } = await startGateway(t, { versions: { latest: { upstream } }, resolve: {} })
      const socket = await openSocket(t, origin)
      socket.write('POST /orders HTTP/1.1\r\nHost: api.test\r\nContent-Length: 100\r\n\r\nhalf')
      setImmediate(() => socket.destroy())
    })
  })

  await t.resolves(ended)
})
