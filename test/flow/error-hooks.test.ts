import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { inCompatibility } from '../helpers/compatibility.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { until } from '../helpers/until.ts'
import { deadOrigin, startUpstream } from '../helpers/upstream.ts'

type Reply = 'direct' | 'fastify'

/** Starts a gateway whose upstream is down. Returns also the codes that `onError` hooks were notified of. */
async function startWith (t: Test, reply: Reply, prepare: (app: FastifyInstance) => unknown = () => {}) {
  const codes: string[] = []
  const lines: Array<{ msg: string, plugins?: string[], hooks?: string[] }> = []
  const app = makeApp(t, { logger: { level: 'warn', stream: { write: (line: string) => { lines.push(JSON.parse(line) as typeof lines[0]) } } } })
  app.addHook('onError', async (_request, _reply, error) => { codes.push(error.code) })
  await prepare(app)
  await app.register(versionGateway, { versions: { latest: { upstream: await deadOrigin() } }, forward: { reply } })
  return { origin: await listen(app), codes, lines }
}

function handleErrors (app: FastifyInstance): void {
  app.setErrorHandler(async (error: Error & { code?: string, status?: unknown }, _request, reply) => {
    await reply.code(599).send({ own: error.code ?? error.message, status: error.status, isError: error instanceof Error })
  })
}

for (const reply of ['direct', 'fastify'] as const) {
  t.test(`onError hooks are notified of a failed exchange, and the caller gets a problem: ${reply}`, async (t) => {
    const { origin, codes } = await startWith(t, reply)

    const response = await fetch(origin)

    t.match(await response.json(), { status: 502, code: 'UPSTREAM_UNAVAILABLE' })
    t.equal(response.headers.get('content-type'), 'application/problem+json')
    t.strictSame(codes, ['UPSTREAM_UNAVAILABLE'])
  })
}

t.test('the app\'s error handler renders failed exchanges with reply: fastify, and not by default', async (t) => {
  const [direct, fastify] = [await startWith(t, 'direct', handleErrors), await startWith(t, 'fastify', handleErrors)]

  const [one, other] = [await fetch(direct.origin), await fetch(fastify.origin)]

  t.match(await one.json(), { code: 'UPSTREAM_UNAVAILABLE' })
  t.equal(other.status, 599)
  t.match(await other.json(), { own: 'UPSTREAM_UNAVAILABLE', isError: true })
  t.match([direct.codes, fastify.codes], [['UPSTREAM_UNAVAILABLE'], ['UPSTREAM_UNAVAILABLE']])
  t.ok(fastify.lines.some(({ msg }) => msg === 'request refused'), 'it is logged either way')
})

for (const [title, thrown, own] of [
  ['an error', new Error('broken'), { own: 'broken', isError: true }],
  ['an object', { message: 'broken', status: 418 }, { own: 'broken', status: 418, isError: true }],
  ['text', 'broken', { own: 'a value that is not an error was thrown', isError: true }]
] as const) {
  t.test(`the app's error handler gets what its hooks throw: ${title}`, async (t) => {
    const { origin } = await startWith(t, 'direct', (app) => {
      handleErrors(app)
      app.addHook('preHandler', (_request, _reply, done) => { done(thrown as Error) })
    })

    const response = await fetch(origin)

    t.equal(response.status, 599)
    t.strictSame(await response.json(), own)
  })
}

t.test('a warning at boot names the onSend hooks that forwarded responses skip', async (t) => {
  const prepare = (app: FastifyInstance): void => {
    app.addHook('onSend', async function sign () {})
    app.addHook('onSend', async () => {})
  }
  const warned = async (reply: Reply): Promise<unknown> => {
    const { lines } = await startWith(t, reply, prepare)
    return lines.filter(({ hooks }) => hooks !== undefined)
  }

  t.match(await warned('direct'), inCompatibility ? [] : [{ hooks: ['sign', 'anonymous'], plugins: [] }])
  t.strictSame(await warned('fastify'), [])
  t.strictSame((await startWith(t, 'direct')).lines, [])
})

t.test('the warning appears once for all gateways of an app, and names the plugins that may have added the hooks', async (t) => {
  const lines: string[] = []
  const app = makeApp(t, { logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
  await app.register(fp(async (scope) => { scope.addHook('onSend', async function setCookies () {}) }, { name: 'company-cookies' }))
  for (const prefix of ['/a', '/b']) {
    await app.register(versionGateway, { prefix, versions: { latest: { upstream: await startUpstream(t, 'latest') } } })
  }

  await app.ready()

  const warnings = lines.map((line) => JSON.parse(line) as object)
  t.match(warnings, inCompatibility ? [] : [{ hooks: ['setCookies'], plugins: ['company-cookies'] }])
  t.equal(warnings.length, inCompatibility ? 0 : 1)
})

t.test('an onSend hook that replaces the body of an upstream does not make the client one that left', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => { response.end(Buffer.alloc(4 * 1024 * 1024)) })
  const lines: string[] = []
  const app = makeApp(t, { logger: { level: 'info', stream: { write: (line: string) => { lines.push(line) } } } })
  app.addHook('onSend', async (_request, reply) => {
    reply.removeHeader('content-length')
    return 'own'
  })
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward: { reply: 'fastify' } })
  const origin = await listen(app)

  const response = await fetch(origin)

  t.equal(await response.text(), 'own')
  await until(() => app.versions.health()[0]!.targets[0]!.pending === 0)
  t.notOk(lines.some((line) => line.includes('client left')))
})
