import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type Observation } from '../../lib/stage/observation.ts'
import { observe } from '../../lib/stage/observe.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { fetchOver, makeHttp2App } from '../helpers/http2.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

const text = 'a response ä'
const bytes = Buffer.byteLength(text)

/** Adds routes that send a body of this length in different ways. */
function addRoutes (app: FastifyInstance): void {
  app.get('/text', async () => text)
  app.get('/latin', async (_request, reply) => await reply.send(Buffer.from(text)))
  app.get('/stream', async (_request, reply) => await reply.send(Readable.from([Buffer.from(text)])))
  app.get('/web', async (_request, reply) => await reply.send(new Response(text)))
  app.get('/async', async (_request, reply) => { setImmediate(() => reply.send(text)); return await reply })
  app.get('/hijacked', (_request, reply) => {
    reply.hijack()
    reply.raw.write(text.slice(0, 5))
    reply.raw.end(text.slice(5))
  })
}

const paths = ['/text', '/latin', '/stream', '/web', '/async', '/hijacked']

function watch (app: FastifyInstance): Observation[] {
  const seen: Observation[] = []
  observe(app, (observation) => seen.push(observation))
  return seen
}

/** Returns the bytes that were counted for a request, and those that arrived. */
async function compare (
  t: Test, app: FastifyInstance, seen: readonly Observation[], paths: readonly string[], init: RequestInit = {}
): Promise<void> {
  const origin = await listen(app)
  for (const [index, path] of paths.entries()) {
    const body = await (await fetch(origin + path, init)).arrayBuffer()
    await until(() => seen.length > index)
    t.equal(seen[index]!.bytesSent, body.byteLength, path)
  }
}

t.test('the bytes of the app\'s own responses are counted, however they are sent', async (t) => {
  const app = makeApp(t)
  const seen = watch(app)
  addRoutes(app)

  await compare(t, app, seen, [...paths, '/none'])

  t.strictSame(seen.slice(0, paths.length).map(({ bytesSent }) => bytesSent), paths.map(() => bytes))
})

t.test('a response without a body counts zero bytes', async (t) => {
  const app = makeApp(t)
  const seen = watch(app)
  addRoutes(app)
  app.get('/unchanged', async (_request, reply) => await reply.code(304).send())

  await compare(t, app, seen, [...paths, '/none'], { method: 'HEAD' })

  t.strictSame(seen.map(({ bytesSent }) => bytesSent), [0, 0, 0, 0, 0, 0, 0])
})

t.test('a body is counted after later hooks have changed it', async (t) => {
  const app = makeApp(t)
  const seen = watch(app)
  app.addHook('onSend', async (_request, _reply, payload) => `${String(payload)} and more`)
  addRoutes(app)

  await compare(t, app, seen, ['/text'])

  t.equal(seen[0]!.bytesSent, bytes + ' and more'.length)
})

t.test('bytes over HTTP/2 are counted once', async (t) => {
  const { app } = await makeHttp2App(t)
  const seen = watch(app)
  addRoutes(app)
  const session = connect(await listen(app))
  t.teardown(() => session.destroy())

  for (const path of paths) await fetchOver(session, path)
  await until(() => seen.length === paths.length)

  t.strictSame(seen.map(({ bytesSent }) => bytesSent), paths.map(() => bytes))
})

t.test('refusals, responses of hooks and forwarded responses are each counted once', async (t) => {
  const app = makeApp(t)
  const seen = watch(app)
  app.addHook('preHandler', async (request, reply) => { if (request.url === '/hook') return await reply.send(text) })
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
    if (url === '/failed') response.destroy()
    else response.end(text)
  })
  const { send } = await gatewayTo(t, { targets: upstream }, app)

  const lengths = []
  for (const path of ['/forwarded', '/hook', '/failed', '/..%2f', '/head']) {
    const response = await send(path, path === '/head' ? { method: 'HEAD' } : {})
    lengths.push((await response.arrayBuffer()).byteLength)
  }
  await until(() => seen.length === lengths.length)

  t.strictSame(seen.map(({ bytesSent }) => bytesSent), lengths)
  t.strictSame(lengths.slice(0, 2), [bytes, bytes])
})
