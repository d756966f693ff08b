import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import * as admin from '../../lib/admin/index.ts'
import * as core from '../../lib/index.ts'
import * as observe from '../../lib/observe/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { boot } from '../helpers/boot.ts'

// npm installs two copies of a package if the version ranges of an app and of one of its packages differ.

const here = { ...core, ...admin, ...observe }
const { default: versionGateway } = here

type Package = typeof here

/** Copies the library to another folder and loads it from there. */
async function loadCopy (t: Test): Promise<Package> {
  const lib = fileURLToPath(new URL('../../lib', import.meta.url))
  await mkdir('build', { recursive: true })
  const folder = resolve(await mkdtemp('build/copy-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(lib, join(folder, 'lib'), { recursive: true })
  const indexes = ['', 'admin', 'observe'].map((part) => join(folder, 'lib', part, `index${extname(import.meta.url)}`))
  return Object.assign({}, ...await Promise.all(indexes.map((index) => import(pathToFileURL(index).href)))) as Package
}

const versions = { latest: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: 'http://127.0.0.1:1' } }
const isExplained = /Two copies of fastify-version-gateway are loaded: .*build.copy-.* Run `npm ls/s

t.test('two copies of the package are detected', async (t) => {
  const there = await loadCopy(t)

  await t.test('a pin from the other copy is rejected', async (t) => {
    const app = makeApp(t).register(versionGateway, { versions, resolve: { pin: [there.fromHeader('x-user-version')] } })

    await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', message: /resolve\.pin\[0\]/, problems: [{ message: isExplained }] })
  })

  await t.test('a resolver from the other copy is rejected even if it was modified', async (t) => {
    const resolver = { ...there.fromHeader('x-user-version'), timeoutMs: 50 }
    const app = makeApp(t).register(versionGateway, { versions, resolve: { override: [resolver] } })

    await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'resolve.override[0]', message: isExplained }] })
  })

  await t.test('a verifier from the other copy is rejected', async (t) => {
    const app = makeApp(t).register(versionGateway, { versions, identity: { from: there.fromFastifyJwt() } })

    await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'identity.from', message: isExplained }] })
  })

  const usesOfRegistry: Record<string, (app: FastifyInstance, registry: core.VersionRegistry) => unknown> = {
    versionGateway: (app, registry) => app.register(versionGateway, { versions: registry }),
    resolveVersion: (app, registry) => app.register(here.sanitizeHeaders, {})
      .register(here.verifyIdentity, { providers: [] }).register(here.resolveVersion, { versions: registry }),
    versionDiscovery: (app, registry) => app.register(here.versionDiscovery, { versions: registry }),
    versionAdmin: (app, registry) => app.register(here.versionAdmin, { guard: () => true, versions: registry }),
    observeVersions: (app, registry) => app.register(here.observeVersions, { versions: registry }),
    gatewayHealth: (app, registry) => app.register(here.gatewayHealth, { versions: registry })
  }
  for (const [name, use] of Object.entries(usesOfRegistry)) {
    await t.test(`${name} rejects versions from the other copy with a clear message`, async (t) => {
      const app = makeApp(t)
      use(app, there.defineVersions(versions) as core.VersionRegistry)

      await t.rejects(boot(app), { code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'versions', message: isExplained }] })
    })
  }

  await t.test('httpProxyOptions of the other copy forwards nothing', async (t) => {
    const app = makeApp(t)
    await app.register(here.sanitizeHeaders).register(here.verifyIdentity, { providers: [] })
    await app.register(here.resolveVersion, { versions: here.defineVersions(versions) })
    await app.register(httpProxy, { prefix: '/api', ...there.httpProxyOptions(there.defineVersions(versions) as core.VersionRegistry) })

    const response = await app.inject('/api/orders')

    t.match({ status: response.statusCode, ...response.json() }, { status: 500, code: 'PACKAGE_DUPLICATED', message: /httpProxyOptions is of another copy/ })
    t.notMatch(response.body, /build/)
  })

  const plugins: Record<string, (app: FastifyInstance, copy: Package) => unknown> = {
    versionGateway: (app, copy) => app.register(copy.default, { versions }),
    sanitizeHeaders: (app, copy) => app.register(copy.sanitizeHeaders, {}),
    accessLog: (app, copy) => app.register(copy.accessLog, {}),
    observeVersions: (app, copy) => app.register(copy.observeVersions, {}),
    traceVersions: (app, copy) => app.register(copy.traceVersions),
    versionAdmin: (app, copy) => app.register(copy.versionAdmin, { guard: () => true }),
    gatewayHealth: (app, copy) => app.register(copy.gatewayHealth, {}),
    versionDiscovery: (app, copy) => app.register(copy.versionDiscovery, { versions: copy.defineVersions(versions) })
  }
  for (const [name, register] of Object.entries(plugins)) {
    await t.test(`${name} from the other copy is rejected next to a gateway, even in a sibling scope`, async (t) => {
      const app = makeApp(t)
      app.register(async (scope) => { await scope.register(versionGateway, { versions, prefix: '/api' }) })
      app.register(async (scope) => { await register(scope, there) })

      await t.rejects(boot(app), { code: 'PACKAGE_DUPLICATED', message: isExplained })
    })
  }

  await t.test('two apps can each use their own copy', async (t) => {
    const [one, other] = [makeApp(t).register(versionGateway, { versions }), makeApp(t).register(there.default, { versions })]

    await boot(one)
    await boot(other)

    t.equal((await one.inject({ url: '/', headers: { 'api-version': 'v2' } })).statusCode, 502)
    t.equal((await other.inject({ url: '/' })).statusCode, 502)
  })
})
