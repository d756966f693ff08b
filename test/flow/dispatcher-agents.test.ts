import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import { Agent, DecoratorHandler, type Dispatcher } from 'undici'
import { WebSocketServer, WebSocket } from 'ws'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

// An agent of the app, with interceptors, replaces the gateway's own connections.

class Edited extends DecoratorHandler {
  readonly #next: Dispatcher.DispatchHandler

  constructor (next: Dispatcher.DispatchHandler) {
    super(next)
    this.#next = next
  }

  onResponseStart (controller: Dispatcher.DispatchController, status: number, headers: object, message?: string): void {
    this.#next.onResponseStart?.(controller, status, { ...headers, 'x-edited': 'caf\xe9' }, message)
  }
}

/** Adds a header to each request and response, as interceptors for tracing or signatures do. */
const editing: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch({ ...options, headers: { ...options.headers as Record<string, string>, 'x-signed': 'yes' } }, new Edited(handler))

/** Starts a gateway that uses an agent for its upstream. */
async function withAgent (t: Test, targets: string) {
  const agent = new Agent()
  t.teardown(async () => await agent.destroy())
  return await gatewayTo(t, { targets, dispatcher: agent.compose(editing) })
}

t.test('interceptors edit the headers of requests and responses', async (t) => {
  const { send } = await withAgent(t, await startUpstream(t, 'v1'))

  const response = await send('/orders', { method: 'POST', body: 'four' })
  const seen = await response.json() as Seen

  t.match(seen, { method: 'POST', path: '/orders', body: 'four', headers: { 'x-signed': 'yes', 'x-forwarded-for': '127.0.0.1' } })
  t.equal(response.headers.get('x-edited'), 'caf\xe9')
})

t.test('a client that reads slowly gets the whole response of an agent', async (t) => {
  const size = 20_000_000
  const upstream = await startUpstream(t, 'v1', (_request, response) => response.end(Buffer.alloc(size)))
  const { origin } = await withAgent(t, upstream)
  const socket = await openSocket(t, origin)
  socket.pause().write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')

  // The gateway has read what fits into the buffers on the way by then.
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
  let length = 0
  for await (const chunk of socket) length += chunk.length

  t.ok(length > size)
})

t.test('a client that leaves ends the request of an agent', async (t) => {
  const requests = new EventEmitter()
  const upstream = await startUpstream(t, 'v1', () => requests.emit('arrived'))
  const { origin, targets } = await withAgent(t, upstream)
  const arrived = once(requests, 'arrived')
  const socket = await openSocket(t, origin)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await arrived

  socket.destroy()

  await until(() => targets()[0]!.pending === 0)
  t.equal(targets()[0]!.healthy, true)
})

t.test('WebSockets pass through an agent', async (t) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  await once(server, 'listening')
  const { origin } = await withAgent(t, `http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const client = new WebSocket(origin.replace('http', 'ws'))
  t.teardown(() => client.terminate())
  await once(client, 'open')

  client.send('echo')
  const [data] = await once(client, 'message')

  t.equal(String(data), 'echo')
})
