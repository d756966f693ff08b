import t, { type Test } from 'tap'
import versionGateway, { defineVersions, externalChecks } from '../../lib/index.ts'
import type { ConfigProblem, ExternalCheck, RouteConfig } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'

const versions = { latest: { upstream: 'http://127.0.0.1:1' } }
const waf = { name: 'waf', url: 'http://127.0.0.1:9000' }

/** Registers checks and a gateway. @returns the problems */
async function problemsOf (t: Test, checks: readonly ExternalCheck[], routes?: readonly RouteConfig[]): Promise<Record<string, string>> {
  const app = makeApp(t)
  try {
    await app.register(externalChecks, { checks })
    await app.register(versionGateway, { versions, ...routes !== undefined && { routes } } as never)
    await app.ready()
    return {}
  } catch (error) {
    return Object.fromEntries((error as { problems: ConfigProblem[] }).problems.map(({ path, message }) => [path, message]))
  }
}

t.test('valid checks have no problems', async (t) => {
  t.strictSame(await problemsOf(t, [waf, { name: 'authz', url: 'https://authz.test/check/', when: 'route' }], [{ name: 'all', checks: ['authz', 'waf'] }]), {})
})

for (const [what, check, path, message] of [
  ['no name', { url: waf.url }, 'name', /^missing/],
  ['a URL of another scheme', { ...waf, url: 'ftp://a.test' }, 'url', /^expected an http\(s\) URL, got 'ftp:/],
  ['a URL with credentials', { ...waf, url: 'http://a:b@a.test' }, 'url', /credentials/],
  ['a URL with a query', { ...waf, url: 'http://a.test/?a=1' }, 'url', /query/],
  ['a timeout of 0', { ...waf, timeoutMs: 0 }, 'timeoutMs', /from 1/],
  ['a copied header that frames messages', { ...waf, copyHeaders: ['Content-Length'] }, 'copyHeaders[0]', /defined meaning/],
  ['a copied header that the gateway writes', { ...waf, copyHeaders: ['x', 'X-Forwarded-For'] }, 'copyHeaders[1]', /defined meaning/],
  ['an unknown option', { ...waf, timeout: 1 }, 'timeout', /^unknown option. Did you mean 'timeoutMs'\?$/]
] as const) {
  t.test(`a check with ${what} is a problem`, async (t) => {
    const problems = await problemsOf(t, [check as ExternalCheck])

    t.match(problems, { [`checks[0].${path}`]: message })
  })
}

t.test('two checks with one name are a problem', async (t) => {
  t.match(await problemsOf(t, [waf, waf]), { 'checks[1].name': /^'waf' is already the name of a check/ })
})

t.test('a rule that names an unknown check is a problem, at boot and in updates', async (t) => {
  const registry = defineVersions(versions)
  const app = makeApp(t)
  await app.register(externalChecks, { checks: [waf] })
  await app.register(versionGateway, { versions: registry })
  await app.ready()

  const routes = [{ name: 'all', checks: ['wafs'] }]

  t.match(await problemsOf(t, [waf], routes), { 'routes[0].checks[0]': "there is no external check 'wafs'. Known: waf." })
  t.match(await problemsOf(t, [], routes), { 'routes[0].checks[0]': /Register externalChecks before the gateway/ })
  t.throws(() => registry.update({ versions, routes }), { code: 'VERSION_CONFIG_INVALID', message: /there is no external check 'wafs'/ })
})

t.test('externalChecks must be registered before the gateway', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { versions })

  await t.rejects(async () => { await app.register(externalChecks, { checks: [waf] }) }, { code: 'STAGE_ORDER_INVALID', message: /before the gateway/ })
})

t.test('rules of the wrong shape are reported once, and not searched for checks', async (t) => {
  for (const [routes, path] of [['all', 'routes'], [[null], 'routes[0]'], [[{ name: 'all', checks: 'waf' }], 'routes[0].checks']] as const) {
    t.strictSame(Object.keys(await problemsOf(t, [waf], routes as never)), [path])
  }
})

t.test('checks of a scope need other names than those around it', async (t) => {
  const app = makeApp(t)
  await app.register(externalChecks, { checks: [waf] })
  app.register(async (scope) => { await scope.register(externalChecks, { checks: [waf] }) })

  await t.rejects(async () => { await app.ready() }, { code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'checks[0].name' }] })
})
