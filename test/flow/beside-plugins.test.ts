import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import versionGateway, { corsHeaders, fromHeader } from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

const origin = 'https://app.test'
const override = [fromHeader('x-version-override')]

/** Makes an app with its own routes, hooks, plugins and error handler. */
async function ownApp (t: Test): Promise<FastifyInstance> {
  const app = makeApp(t)
  await app.register(cors, { origin, ...corsHeaders({ override }) })
  await app.register(rateLimit, { max: 50, timeWindow: 60_000 })
  await app.register(cookie)
  await app.register(underPressure, { exposeStatusRoute: '/status', healthCheck: async () => true, healthCheckInterval: 100_000 })
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
  app.addHook('onSend', async (_request, reply) => { reply.header('x-sent', 'own') })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) =>
    await reply.code(error.statusCode ?? 418).send({ own: error.message }))
  app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send({ own: 'not found' }))
  app.get('/', async ({ cookies }, reply) => {
    reply.setCookie('seen', 'yes')
    return { cookies }
  })
  app.post('/', async ({ body }) => body)
  app.get('/broken', async () => { throw new Error('broken') })
  app.get('/limited', { config: { rateLimit: { max: 1, timeWindow: 60_000 } } }, async () => 'ok')
  return app
}

/** The same app twice: with a gateway under /api, and without one. */
async function beside (t: Test) {
  const [app, plain] = await Promise.all([ownApp(t), ownApp(t)])
  const [latest, v2] = await Promise.all([startUpstream(t, 'latest'), startUpstream(t, 'v2')])
  await app.register(versionGateway, {
    prefix: '/api', versions: { latest: { upstream: latest }, v2: { upstream: v2 } }, resolve: { override }
  })
  const [withGateway, without] = await Promise.all([listen(app), listen(plain)])
  return {
    send: async (path: string, init?: RequestInit) => await fetch(withGateway + path, init),
    plain: async (path: string, init?: RequestInit) => await fetch(without + path, init)
  }
}

/** Returns a response without the parts that differ between requests. */
async function comparable (response: Response) {
  const { date, 'x-request-id': id, 'x-ratelimit-reset': reset, 'retry-after': retry, ...headers } = Object.fromEntries(response.headers)
  const body = (await response.text()).replace(/in \d+ seconds?|in 1 minute/, 'soon')
  return { status: response.status, headers, body, isNumbered: id !== undefined, isLimited: reset !== undefined }
}

const requests: Array<[title: string, path: string, init?: RequestInit]> = [
  ['a route that reads and sets cookies', '/', { headers: { cookie: 'a=1; b=2' } }],
  ['a body that is parsed', '/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }],
  ['a body that cannot be parsed', '/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }],
  ['an error', '/broken', {}],
  ['a path without a route', '/nowhere', {}],
  ['a page of another origin', '/', { headers: { origin } }],
  ['a preflight', '/', {
    method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  }],
  ['the headers that the gateway reads', '/', { headers: { 'x-version-override': 'v9', authorization: 'Bearer bad', 'api-version': 'v9' } }],
  ['HEAD', '/', { method: 'HEAD' }]
]
for (const [title, path, init] of requests) {
  t.test(`the app's own routes behave the same with and without a gateway: ${title}`, async (t) => {
    const { send, plain } = await beside(t)

    const [withGateway, without] = await Promise.all([send(path, init), plain(path, init)])

    t.strictSame(await comparable(withGateway), await comparable(without))
    t.notOk(withGateway.headers.has('api-version'))
  })
}

t.test('the app\'s rate limit counts requests to its own routes and responds through the app\'s error handler', async (t) => {
  const { send } = await beside(t)

  const first = await send('/limited')
  const second = await send('/limited')

  t.strictSame([first.status, first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')], [200, '1', '0'])
  t.equal(second.status, 429)
  t.match(await second.json(), { own: /Rate limit exceeded/ })
})

t.test('the status route of under-pressure keeps working', async (t) => {
  const { send } = await beside(t)

  const response = await send('/status')

  t.match(await response.json(), { status: 'ok' })
})

t.test('forwarded requests run the app\'s hooks, and their responses have the headers of hooks and plugins', async (t) => {
  const { send } = await beside(t)

  const response = await send('/api/orders', { headers: { origin, cookie: 'a=1', 'x-version-override': 'v2' } })

  t.match(await response.json() as Seen, { servedBy: 'v2', path: '/orders', headers: { cookie: 'a=1' } })
  t.match(Object.fromEntries(response.headers), {
    'api-version': 'v2',
    'x-request-id': /./,
    'x-ratelimit-limit': '50',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': /api-version/
  })
})

t.test('a refusal comes from the gateway and has the headers that the app\'s hooks set', async (t) => {
  const { send } = await beside(t)

  const response = await send('/api/orders', { headers: { 'x-version-override': 'v9' } })

  t.equal(response.status, 400)
  t.match(await response.json(), { code: 'VERSION_UNKNOWN' })
  t.match(Object.fromEntries(response.headers), { 'content-type': 'application/problem+json', 'x-request-id': /./, 'x-sent': 'own' })
})
