import { generateKeyPairSync } from 'node:crypto'
import { test } from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import versionGateway, { defineVersions, fromClaim, fromHeader } from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { type Case, configError, gatewayProblems, pathsOf, validVersions, missingWords } from '../helpers/problems.ts'

const claimsToHeaders = [{ claim: 'userMetadata.version', header: 'x-target-version' }]
const provider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }

test('the primary use case has a valid config', async (t) => {
  const config = {
    aliases: { stable: 'v2' },
    sanitize: { owned: ['x-tenant', 'x-user-*'] },
    identity: { policy: 'require', otherSchemes: 'reject', realm: 'api', providers: [makeIssuer().provider({ claimsToHeaders })] },
    resolve: {
      override: [fromHeader('x-version-override')],
      pin: [fromClaim('userMetadata.version'), fromHeader('x-target-version'), fromHeader('x-tenant')],
      default: 'stable'
    },
    forward: { versionHeader: 'api-version' },
    prefix: '/api'
  }

  const problems = gatewayProblems(config)

  t.same(problems, [])
})

test('a registry can replace the versions option', async (t) => {
  const versions = defineVersions(validVersions, { aliases: { stable: 'v2' } })

  const problems = gatewayProblems({ versions, resolve: { default: 'stable' } })

  t.same(problems, [])
})

const pin = (...resolvers: unknown[]) => ({ resolve: { pin: resolvers } })

const single: Case[] = [
  { title: 'no versions at all', config: { versions: {} }, path: 'versions', words: ['no version is defined.', 'Write { latest:'] },
  {
    title: 'versions null beside an alias and a default',
    config: { versions: null, aliases: { stable: 'v2' }, resolve: { default: 'stable' } },
    path: 'versions',
    words: ['expected the versions by id, got null.']
  },
  {
    title: 'aliases that are a number beside a default that is one of them',
    config: { aliases: 5, resolve: { default: 'stable' } },
    path: 'aliases',
    words: ['expected version ids by alias, got 5.']
  },
  { title: 'a version called required', config: { versions: { ...validVersions, required: validVersions.v2 } }, path: 'versions.required', words: [] },
  { title: 'an owned header that frames messages', config: { sanitize: { owned: ['c*'] } }, path: 'sanitize.owned[0]', words: ["'connection'"] },
  { title: 'a version header that frames messages', config: { forward: { versionHeader: 'host' } }, path: 'forward.versionHeader', words: ["'host'"] },
  { title: 'an alias to nothing that is near', config: { aliases: { stable: 'xyz' } }, path: 'aliases.stable', words: ['Known: latest, v2'] },
  { title: 'versions left out', config: { versions: undefined }, path: 'versions', words: ['missing. Expected the versions by id.'] },
  {
    title: 'a malformed upstream',
    config: { versions: { latest: { upstream: 'orders:8080' } } },
    path: 'versions.latest.upstream',
    words: ["expected an http(s) URL, got 'orders:8080'. Write 'http://orders:8080'."]
  },
  { title: 'a version without upstream', config: { versions: { latest: {} } }, path: 'versions.latest.upstream', words: ['an http(s) URL'] },
  { title: 'an alias to nothing', config: { aliases: { stable: 'v3' } }, path: 'aliases.stable', words: ["'v3' is neither", 'Known: latest, v2.'] },
  { title: 'an unknown default', config: { resolve: { default: 'v3' } }, path: 'resolve.default', words: ["'v3'", 'Known: latest, v2.'] },
  { title: 'a default of the wrong type', config: { resolve: { default: 5 } }, path: 'resolve.default', words: ['got 5'] },
  {
    title: "no 'latest' and no default",
    config: { versions: { v2: validVersions.v2 } },
    path: 'resolve.default',
    words: ["is not set, and there is no version or alias named 'latest'. Set it, or add the alias. Known: v2."]
  },
  {
    title: 'aliases beside a registry',
    config: { versions: defineVersions(validVersions), aliases: { stable: 'v2' } },
    path: 'aliases',
    words: ['the registry has its own. Pass them to defineVersions: defineVersions({ ... }, { aliases }).']
  },
  {
    title: "policy 'require' without providers",
    config: { identity: { policy: 'require', providers: [] } },
    path: 'identity.providers',
    words: ["policy 'require' would refuse every request", 'Add a provider.']
  },
  { title: 'a claim resolver without a provider', config: pin(fromClaim('v')), path: 'resolve.pin[0]', words: ["'claim:v'", 'Add a provider'] },
  {
    title: 'a claim resolver with an empty list of providers',
    config: { identity: { providers: [] }, ...pin(fromClaim('v')) },
    path: 'resolve.pin[0]',
    words: ['no identity provider is configured']
  },
  { title: 'a pin that reads any header', config: pin(fromHeader('x-any')), path: 'resolve.pin[0]', words: ["'x-any'", 'owned headers'] },
  {
    title: 'an override that reads a projected header',
    config: { identity: { providers: [{ ...provider, claimsToHeaders }] }, resolve: { override: [fromHeader('x-target-version')] } },
    path: 'resolve.override[0]',
    words: ["reads 'x-target-version', which only the gateway may set. List it under pin"]
  },
  {
    title: 'an override that reads an owned header',
    config: { sanitize: { owned: ['x-user-*'] }, resolve: { override: [fromHeader('x-user-version')] } },
    path: 'resolve.override[0]',
    words: ["reads 'x-user-version', which only the gateway may set."]
  }
]

for (const { title, config, path, words } of single) {
  test(`a single mistake causes a single problem with path, value and remedy: ${title}`, async (t) => {
    const given = config

    const problems = gatewayProblems(given)

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

test('claim resolvers are not checked against the providers while identity is incomplete', async (t) => {
  const config = { identity: { provider: [] }, ...pin(fromClaim('v')) }

  const problems = gatewayProblems(config)

  t.same(pathsOf(problems), ['identity.providers', 'identity.provider'])
})

test('all problems, structural and semantic, are reported in one error', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const config = {
    versions: { latest: { upstream: 'orders:8080' }, v2: null },
    aliases: { a: 'b', b: 'a' },
    sanitize: { owned: 'x-tenant' },
    identity: {
      polcy: 'require',
      providers: [
        { ...provider, audiences: 'api', jwks: { keys: [privateKey.export({ format: 'jwk' })] } },
        { ...provider, name: 'other', claimsToHeaders: [{ claim: 'tenant', header: 'host' }] }
      ]
    },
    resolve: { override: [{ name: 'mine' }], pin: 'x', default: 'v9' },
    forward: { versionHeader: 5 }
  }

  const error = configError(() => checkGateway(config as unknown as GatewayOptions))

  t.equal(error?.code, 'VERSION_CONFIG_INVALID')
  t.match(error?.message, /^VERSION_CONFIG_INVALID: 14 problems in the gateway config\n- versions\.v2: expected an object with upstream, got null\.\n- /)
  t.same(pathsOf(error?.problems ?? []).sort(), [
    'aliases.a', 'aliases.b', 'forward.versionHeader', 'identity.polcy', 'identity.providers[0].audiences',
    'identity.providers[0].jwks.keys[0]', 'identity.providers[1].claimsToHeaders[0].header', 'identity.providers[1].issuer',
    'resolve.default', 'resolve.override[0].resolve', 'resolve.pin', 'sanitize.owned', 'versions.latest.upstream', 'versions.v2'
  ])
})

test('the gateway does not boot with an invalid config', async (t) => {
  const app = makeApp(t)
  const options: GatewayOptions = { versions: { latest: { upstream: 'orders:8080' } } }

  const booted = boot(app.register(versionGateway, options))

  await t.rejects(booted, {
    code: 'VERSION_CONFIG_INVALID',
    message: 'VERSION_CONFIG_INVALID: 1 problem in the gateway config\n' +
      "- versions.latest.upstream: expected an http(s) URL, got 'orders:8080'. Write 'http://orders:8080'."
  })
})
