import t from 'tap'
import { versionAdmin } from '../../lib/admin/index.ts'
import { rateLimits } from '../../lib/limits/index.ts'
import versionGateway, { externalChecks, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity, versionDiscovery } from '../../lib/index.ts'
import { accessLog, gatewayHealth, observeVersions, traceVersions } from '../../lib/observe/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { boot } from '../helpers/boot.ts'

const versions = { latest: { upstream: 'http://127.0.0.1:1' } }

t.test('every plugin and every scope has a readable name', async (t) => {
  const app = makeApp(t)
  for (const plugin of [accessLog, observeVersions, gatewayHealth, traceVersions]) app.register(plugin)
  app.register(rateLimits, { limits: [] })
  app.register(externalChecks, { checks: [] })
  app.register(versionAdmin, { guard: () => true })
  app.register(versionGateway, { versions, prefix: '/api' })
  app.register(versionDiscovery)
  await boot(app)

  const names = Array.from(app.printPlugins().matchAll(/[─┬] (.+) [\d.]+ ms$/gm), ([, name]) => name!)

  const own = names.filter((name) => !name.startsWith('bound '))
  t.ok(own.length >= 14, `${own.length} plugins`)
  t.strictSame(own.filter((name) => !/^(fastify-version-gateway(\/[a-z-]+)?|versionDiscovery)$/.test(name)), [])
})

t.test('stages that are registered one by one have readable names', async (t) => {
  const app = makeApp(t)
  app.register(versionGateway, { versions, prefix: '/api' })
  app.register(async function own (scope) {
    scope.register(sanitizeHeaders, {}).register(verifyIdentity, { providers: [] })
    scope.register(resolveVersion, { versions: app.versions }).register(proxyVersions, { versions: app.versions })
  })
  await boot(app)

  t.notMatch(app.printPlugins(), /=>|\{/)
})
