import { test } from 'tap'
import { checkRegistry, checkStage } from '../../lib/config/check-stage.ts'
import { defineVersions, fromHeader, proxyVersions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { ProxyVersionsOptions, ResolveVersionOptions, VerifyIdentityOptions, VersionRegistry } from '../../types/index.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'
import { collected, configError, pathsOf, validVersions, missingWords } from '../helpers/problems.ts'

test('proxyVersions accepts Fastify\'s own plugin options next to its own', async (t) => {
  const options = { versions: defineVersions(validVersions), prefix: '/api', logLevel: 'warn', logSerializers: {} }

  const error = configError(() => checkStage('proxyVersions', options))

  t.equal(error, undefined)
})

test('a stage that only adds hooks rejects the prefix option', async (t) => {
  const options = { owned: ['x-tenant'], prefix: '/api' }

  const error = configError(() => checkStage('sanitizeHeaders', options))

  t.same(pathsOf(error?.problems ?? []), ['prefix'])
})

test('structural and semantic problems of a stage are reported together, with the name of the stage', async (t) => {
  const options = { owned: 5, own: [] }

  const error = configError(() => checkStage('sanitizeHeaders', options, (problems) => problems.add(['finer'], 'is wrong.')))

  t.match(error?.message, /^VERSION_CONFIG_INVALID: 3 problems in the options of sanitizeHeaders\n- /)
  t.same(pathsOf(error?.problems ?? []).sort(), ['finer', 'own', 'owned'])
})

for (const { stage, option, meant } of [
  { stage: 'sanitizeHeaders', option: 'owner', meant: 'owned' },
  { stage: 'verifyIdentity', option: 'relm', meant: 'realm' },
  { stage: 'resolveVersion', option: 'overide', meant: 'override' },
  { stage: 'proxyVersions', option: 'versionHeadr', meant: 'versionHeader' },
  { stage: 'observeVersions', option: 'prefx', meant: 'prefix' },
  { stage: 'gatewayHealth', option: 'requireKey', meant: 'requireKeys' }
] as const) {
  test(`for an unknown option of ${stage}, the message suggests the intended one`, async (t) => {
    const required = stage === 'verifyIdentity' ? { providers: [] } : stage === 'sanitizeHeaders' ? {} : { versions: {} }

    const error = configError(() => checkStage(stage, { ...required, [option]: [] }))

    t.same(error?.problems, [{ path: option, message: `unknown option. Did you mean '${meant}'?` }])
  })
}

test('a registry of defineVersions is accepted', async (t) => {
  const versions = defineVersions(validVersions, { aliases: { stable: 'v2' } })
  let registry: unknown = null

  const problems = collected((found) => { registry = checkRegistry(found, versions) })

  t.same(problems, [])
  t.equal(registry, versions)
})

for (const versions of [validVersions, {}, [], 5, 'v2', new Map()]) {
  test(`a value that defineVersions did not create is rejected as a registry: ${JSON.stringify(versions)}`, async (t) => {
    const given: unknown = versions

    const problems = collected((found) => checkRegistry(found, given))

    t.same(pathsOf(problems), ['versions'])
    t.same(missingWords(problems[0], ['expected a registry from defineVersions, got', 'Write versions: defineVersions({ ... }).']), [])
  })
}

for (const versions of [null, undefined, 5, [], 'v2']) {
  test(`resolveVersion reports versions of the wrong type once: ${JSON.stringify(versions) ?? 'undefined'}`, async (t) => {
    const options = { versions }

    const error = configError(() => checkStage('resolveVersion', options, (problems) => checkRegistry(problems, options.versions)))

    t.same(pathsOf(error?.problems ?? []), ['versions'])
    t.match(error?.message, /xpected a registry from defineVersions/)
  })
}

/** An app that has the stages before resolveVersion. */
function appWithIdentity (t: Parameters<typeof makeApp>[0], owned: string[] = []) {
  const app = makeApp(t)
  app.register(sanitizeHeaders, { owned })
  app.register(verifyIdentity, { providers: [] })
  return app
}

test('resolveVersion rejects a plain object of versions, and the message shows the correct call', async (t) => {
  const app = appWithIdentity(t)
  const options = { versions: validVersions } as unknown as ResolveVersionOptions<never, never>

  const booted = boot(app.register(resolveVersion, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID',
    message: /^VERSION_CONFIG_INVALID: 1 problem in the options of resolveVersion\n- versions: .*Write versions: defineVersions\(/
  })
})

test('resolveVersion checks its default and the tiers of its resolvers, with paths relative to its options', async (t) => {
  const app = appWithIdentity(t, ['x-target-version'])
  const options = {
    versions: defineVersions(validVersions), override: [fromHeader('x-target-version')], pin: [fromHeader('x-any')], default: 'v3'
  } as unknown as ResolveVersionOptions<never, never>

  const booted = boot(app.register(resolveVersion, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'default' }, { path: 'override[0]' }, { path: 'pin[0]' }]
  })
})

test('verifyIdentity checks its providers, with paths relative to its options', async (t) => {
  const app = makeApp(t)
  const options = { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks: {} }, null] } as unknown as VerifyIdentityOptions

  const booted = boot(app.register(sanitizeHeaders).register(verifyIdentity, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID', problems: [{ path: 'providers[1]' }, { path: 'providers[0].jwks' }]
  })
})

test("proxyVersions rejects a registry that is not resolveVersion's, and names the remedy", async (t) => {
  const app = appWithIdentity(t)
  app.register(resolveVersion, { versions: defineVersions(validVersions) })
  const options: ProxyVersionsOptions = { versions: defineVersions(validVersions) as VersionRegistry }

  const booted = boot(app.register(proxyVersions, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID',
    problems: [{ path: 'versions', message: 'is not the registry of resolveVersion. Pass the same one to both.' }]
  })
})

test('proxyVersions reports a plain object of versions once', async (t) => {
  const app = appWithIdentity(t)
  app.register(resolveVersion, { versions: defineVersions(validVersions) })
  const options = { versions: validVersions } as unknown as ProxyVersionsOptions

  const booted = boot(app.register(proxyVersions, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID', message: /^VERSION_CONFIG_INVALID: 1 problem in .*\n- versions: expected a registry from defineVersions/
  })
})

test('sanitizeHeaders and proxyVersions check their headers, with paths relative to their options', async (t) => {
  const versions = defineVersions(validVersions)
  const owning = boot(makeApp(t).register(sanitizeHeaders, { owned: ['host'] }))
  const forwarding = boot(appWithIdentity(t).register(resolveVersion, { versions }).register(proxyVersions, { versions, versionHeader: 'host' }))

  const booted = await Promise.allSettled([owning, forwarding])

  t.match(booted, [{ reason: { problems: [{ path: 'owned[0]' }] } }, { reason: { problems: [{ path: 'versionHeader' }] } }])
})

test("proxyVersions takes resolveVersion's registry", async (t) => {
  const app = appWithIdentity(t)
  const versions = defineVersions(validVersions)

  const booted = boot(app.register(resolveVersion, { versions }).register(proxyVersions, { versions }))

  await t.resolves(booted)
})
