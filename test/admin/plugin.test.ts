import t from 'tap'
import versionGateway, { defineVersions } from '../../lib/index.ts'
import { versionAdmin } from '../../lib/admin/index.ts'
import { administered, guard, password } from '../helpers/admin.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('the plugin must be registered before the gateway that it observes', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { latest: { upstream: await startUpstream(t, 'latest') } } })

  await t.rejects(async () => await app.register(versionAdmin, { guard }), { code: 'STAGE_ORDER_INVALID', message: /Register it first/ })
})

t.test('the app does not start if it has no gateway', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard })

  await t.rejects(async () => await app.ready(), { code: 'STAGE_ORDER_INVALID', message: /needs a gateway/ })
})

t.test('invalid options are rejected', async (t) => {
  const invalid = async (options: object) => await makeApp(t).register(versionAdmin, { guard, ...options })

  await t.rejects(invalid({ guard: 'x' }), { code: 'VERSION_CONFIG_INVALID', message: /guard: expected a guard function/ })
  await t.rejects(invalid({ prefix: 'admin' }), { message: /prefix/ })
  await t.rejects(invalid({ recent: { max: 0 } }), { message: /recent.max/ })
  await t.rejects(invalid({ versions: {} }), { message: /versions: expected a registry from defineVersions/ })
  await t.rejects(invalid({ gard: 1 }), { message: /gard: unknown option/ })
})

t.test('a gateway under the admin prefix is rejected', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard })

  await t.rejects(startGateway(t, { prefix: '/admin/api' } as object, app), { code: 'STAGE_ORDER_INVALID', message: /Change one of the two/ })
})

t.test('on a separate app, the API responds with 503 before the gateway starts and after it closes', async (t) => {
  const [app, admin] = [makeApp(t), makeApp(t)]
  await app.register(versionAdmin, { guard, prefix: '', app: admin })
  const statusOf = async () => (await admin.inject({ url: '/api/versions', headers: password })).statusCode

  t.equal(await statusOf(), 503)
  await startGateway(t, {}, app)
  t.equal(await statusOf(), 200)
  await app.close()
  t.equal(await statusOf(), 503)
})

t.test('the guard also protects the page with non-default router options', async (t) => {
  const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }
  const { send, get } = await administered(t, {}, {}, makeApp(t, { routerOptions, exposeHeadRoutes: false }))

  for (const path of ['/admin', '/admin/', '/ADMIN//api/versions', '/admin/api/versions;x=1']) {
    for (const method of ['GET', 'HEAD']) t.equal((await send(path, { method, redirect: 'manual' })).status, 401, `${method} ${path}`)
  }
  t.equal((await send('/admin/', { headers: password })).status, 200)
  t.match(await get('requests'), { body: { requests: [] } })
})

t.test('without a gateway, the API returns what the registry knows about the versions', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard, versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }) })

  const response = await app.inject({ url: '/admin/api/versions', headers: password })

  t.match(response.json(), { precedence: null, defaultId: null, versions: [{ id: 'latest', healthy: null, targets: [] }] })
})

t.test('the registry can be passed as an option', async (t) => {
  const versions = defineVersions({ latest: { upstream: await startUpstream(t, 'latest') }, v7: { upstream: await startUpstream(t, 'v7') } })
  const { get } = await administered(t, { versions, aliases: undefined } as object, { versions })

  t.match(await get('versions'), { body: { versions: [{ id: 'latest' }, { id: 'v7' }] } })
})

t.test('a separate listener serves the page at its root, and the gateway does not', async (t) => {
  const [app, admin] = [makeApp(t), makeApp(t)]
  await app.register(versionAdmin, { guard, prefix: '', app: admin })
  const { see } = await startGateway(t, {}, app)
  const origin = await listen(admin)

  t.equal((await see('/admin/api/versions')).servedBy, 'latest', 'it is an ordinary path there')
  t.equal((await fetch(`${origin}/api/versions`)).status, 401)
  t.match(await (await fetch(`${origin}/api/versions`, { headers: password })).json(), { versions: [{ id: 'latest' }, { id: 'v2' }] })
  t.match(await (await fetch(`${origin}/`, { headers: password })).text(), /<title>API versions/)
})

t.test('a path without the trailing slash redirects to the page', async (t) => {
  const { send } = await administered(t)

  const redirected = await send('/admin?x=1', { headers: password, redirect: 'manual' })

  t.equal(redirected.status, 307)
  t.equal(redirected.headers.get('location'), 'admin/')
  t.equal((await send('/admin/', { headers: password })).status, 200)
})

for (const [level, levels] of [['info', [40]], ['silent', []]] as const) {
  t.test(`at level ${level}, requests to the page are not logged, and warnings only if the level permits them`, async (t) => {
    const written: string[] = []
    const app = makeApp(t, { logger: { level, stream: { write: (line: string) => { written.push(line) } } } })
    await app.register(versionAdmin, {
      guard: ({ log, query }) => {
        if ('warn' in (query as object)) log.warn('odd')
        return true
      }
    })
    await app.register(versionGateway, { versions: { v1: { upstream: 'http://127.0.0.1:1' } }, resolve: { default: 'v1' } })

    await app.inject('/admin/api/versions')
    await app.inject('/admin/api/versions?warn')

    t.same(written.map((line) => (JSON.parse(line) as { level: number }).level), levels)
  })
}
