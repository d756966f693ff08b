import t from 'tap'
import type { ConfigFileOptions } from '../../types/config-file.ts'
import type { LoadedFile } from '../../lib/standalone/loaded-file.ts'
import { removedProtection } from '../../lib/standalone/removals.ts'

const versions = { v1: { upstream: 'http://127.0.0.1:1' } }
const provider = {
  name: 'idp',
  issuer: 'https://acme.example',
  audiences: ['api'],
  typ: 'at+jwt',
  maxAgeSeconds: 60,
  requiredClaims: ['sub', 'tenant'],
  requiredScopes: ['read'],
  forwardToken: false,
  jwks: { url: 'https://acme.example/jwks', maxBytes: 1000 },
  claimsToHeaders: [{ claim: 'sub', header: 'X-User-Id' }]
}

const removed = (before: object, after: object): string[] =>
  removedProtection({ versions, ...before } as LoadedFile, { versions, ...after } as ConfigFileOptions as LoadedFile)

const identity = (changes: object): object => ({ identity: { providers: [{ ...provider, ...changes }] } })
const upstream = (options: object): object => ({ versions: { v1: { upstream: { targets: 'http://127.0.0.1:1', ...options } } } })

for (const [what, before, after, expected] of [
  ['a section', identity({}), {}, ['identity']],
  ['the owned headers', { sanitize: { owned: ['x-user'] } }, {}, ['sanitize']],
  ['the admin pages', { admin: { password: 'long enough to be one' } }, {}, ['admin']],
  ["the admin pages' listener", { admin: { password: 'p', port: 1 } }, { admin: { password: 'p' } }, ['admin.port']],
  ['the certificate', { server: { tls: { cert: 'c' }, port: 1 } }, { server: {} }, ['server.tls']],
  ['the pins', { resolve: { pin: [{ claim: 'v' }], default: 'v1' } }, { resolve: { default: 'v1' } }, ['resolve.pin']],
  ['a default', { resolve: { pin: [], default: 'required' } }, { resolve: {} }, ['resolve.default']],
  ['metrics that are off', { metrics: false }, {}, ['metrics']],
  ['a check of health', { health: { needsHealthyTargets: true } }, { health: true }, ['health.needsHealthyTargets']],
  ['a provider', { identity: { providers: [provider, { ...provider, name: 'two', issuer: 'https://two.example' }] } }, identity({}), ['identity.providers.two']],
  ['a required policy', { identity: { policy: 'require', providers: [provider] } }, identity({}), ['identity.policy']],
  ['what a provider asks for', identity({}), { identity: { providers: [{ name: 'idp', issuer: 'https://acme.example', jwks: { url: 'u' } }] } }, [
    'identity.providers.idp.audiences', 'identity.providers.idp.typ', 'identity.providers.idp.maxAgeSeconds', 'identity.providers.idp.requiredClaims',
    'identity.providers.idp.requiredScopes', 'identity.providers.idp.forwardToken', 'identity.providers.idp.jwks.maxBytes', 'identity.providers.idp.claimsToHeaders'
  ]],
  ['items of protective lists', identity({}), identity({ requiredClaims: ['sub'], claimsToHeaders: [{ claim: 'sub', header: 'x-other' }] }), [
    'identity.providers.idp.requiredClaims.tenant', 'identity.providers.idp.claimsToHeaders.x-user-id'
  ]],
  ['a required role', identity({ requiredRoles: ['user', 'admin'] }), identity({ requiredRoles: ['user'] }), ['identity.providers.idp.requiredRoles.admin']],
  ['an accepted claim in a list', identity({ claims: [{ claim: 'use', values: ['a'] }, { claim: ['b', 'c'], values: ['d'] }] }),
    identity({ claims: [{ claim: 'use', values: ['a'] }] }), ["identity.providers.idp.claims['[\"b\",\"c\"]']"]],
  ['an accepted claim that was in an object', identity({ claims: { use: 'a', client: ['b'] } }), identity({ claims: [{ claim: 'use', values: ['a'] }] }),
    ['identity.providers.idp.claims.client']],
  ['a limit and a check of a rule', { routes: [{ name: 'all', limits: ['a', 'b'], checks: ['waf', 'authz'] }] },
    { routes: [{ name: 'all', limits: ['a'], checks: ['waf'] }] }, ['routes.all.limits.b', 'routes.all.checks.authz']],
  ['a header that a rule removes', { routes: [{ name: 'all', headers: { request: { remove: ['x-a', 'X-B'] } } }] },
    { routes: [{ name: 'all', headers: { request: { remove: ['x-a'] } } }] }, ['routes.all.headers.request.remove.x-b']],
  ['what a named policy asks for', { identity: { providers: [provider], policies: { partners: { requiredScopes: ['read', 'write'] } } } },
    { identity: { providers: [provider], policies: { partners: { requiredScopes: ['read'] } } } }, ['identity.policies.partners.requiredScopes.write']],
  ['nothing that protects in a rule', { routes: [{ name: 'all', sticky: { by: 'ip' }, mirror: [{ version: 'v1' }], retry: { attempts: 2 }, cors: { origins: ['*'] } }] },
    { routes: [{ name: 'all' }] }, []],
  ['a header that resolvers read', { resolve: { readsHeaders: ['X-A', 'x-b'], default: 'v1' } }, { resolve: { readsHeaders: ['x-a'], default: 'v1' } },
    ['resolve.readsHeaders.x-b']],
  ['all items of a list that is only a key', { sanitize: { owned: ['x-user'] } }, { sanitize: { owned: null } }, ['sanitize.owned.x-user']],
  ['an owned header', { sanitize: { owned: ['X-User', 'x-tenant'] } }, { sanitize: { owned: ['x-user'] } }, ['sanitize.owned.x-tenant']],
  ['a provider whose keys readiness needs', { health: { requireKeys: ['a', 'b'] } }, { health: { requireKeys: ['a'] } }, ['health.requireKeys.b']],
  ['what readiness needs', { health: { requireKeys: 'all', live: '/l' } }, { health: { live: '/l' } }, ['health.requireKeys']],
  ['all providers whose keys readiness needs', { health: { requireKeys: ['a'] } }, { health: { requireKeys: null } }, ['health.requireKeys.a']],
  ['an override', { resolve: { override: [{ header: 'x-v' }, { query: 'v' }, { path: true }, { host: { a: 'v1' } }], default: 'v1' } },
    { resolve: { override: [{ header: 'x-v' }], default: 'v1' } }, ["resolve.override['query v']", 'resolve.override.path', 'resolve.override.host']],
  ['an override in an object', { resolve: { override: { resolvers: [{ cookie: 'v' }, { header: 'a' }], conflict: 'first' } } }, { resolve: { override: [{ header: 'a' }] } },
    ["resolve.override['cookie v']"]],
  ['all overrides', { resolve: { override: [{ header: 'x-v' }] } }, { resolve: { override: null } }, ['resolve.override.x-v']],
  ['a limit of a fetch from another address', identity({}), identity({ jwks: { discovery: true } }), ['identity.providers.idp.jwks.maxBytes']],
  ['the source of keys', identity({}), identity({ jwks: { maxBytes: 1000 } }), ['identity.providers.idp.jwks.url']],
  ['a pin', { resolve: { pin: [{ claim: 'v' }, { tenants: { claim: ['a', 'b'], map: {} } }] } }, { resolve: { pin: [{ claim: 'v' }] } }, ["resolve.pin['[\"a\",\"b\"]']"]],
  ['limits and checks of an upstream', upstream({ maxRequestBytes: 1, timeouts: { idle: 5, total: 6 }, health: { active: { path: '/' } }, headers: { request: { remove: ['X-Debug'] } } }), upstream({ timeouts: { idle: 9 } }), [
    'versions.v1.upstream.maxRequestBytes', 'versions.v1.upstream.timeouts.total', 'versions.v1.upstream.health', 'versions.v1.upstream.headers'
  ]],
  ['limits of an upstream that becomes an address', upstream({ maxRequestBytes: 1 }), { versions }, ['versions.v1.upstream.maxRequestBytes']],
  ['a version that is switched off', { versions: { v1: { upstream: 'u', disabled: true } } }, { versions: { v1: { upstream: 'u' } } }, ['versions.v1.disabled']]
] as const) {
  t.test(`the removal of ${what} is detected`, async (t) => {
    t.strictSame(removed(before, after), expected)
  })
}

for (const [what, before, after] of [
  ['values that change', identity({}), identity({ maxAgeSeconds: 10, requiredScopes: ['read', 'write'], audiences: ['other'] })],
  ['an explicit removal', { identity: { policy: 'require', providers: [provider] } }, { identity: { policy: 'allow-missing', providers: [provider] } }],
  ['fewer values of lists that allow something', { ...identity({ audiences: ['a', 'b'], algorithms: ['RS256', 'ES256'] }) }, identity({ audiences: ['a'], algorithms: ['RS256'] })],
  ['an item of a list that is emptied explicitly', { sanitize: { owned: ['x-user', 'x-tenant'] } }, { sanitize: { owned: [] } }],
  ['an item of a list that is confirmed as a whole', { sanitize: { owned: ['x-user', 'x-tenant'] } }, { confirmRemoved: ['sanitize.owned'], sanitize: { owned: ['x-user'] } }],
  ['a provider with another name', identity({}), identity({ name: 'renamed' })],
  ['a provider that is merged with another', {
    identity: { providers: [provider, { name: 'two', issuer: 'https://two.example', jwks: provider.jwks }] }
  }, identity({ issuer: [provider.issuer, 'https://two.example'] })],
  ['a list of providers for all', { health: { requireKeys: ['a', 'b'] } }, { health: { requireKeys: 'all' } }],
  ['the default of what readiness needs', { health: { requireKeys: 'any' } }, { health: true }],
  ['options of an override whose defaults are as strict', { resolve: { override: [{ query: 'v', strip: false, onUnknown: 'next', timeoutMs: 5 }, { host: { a: 'v1', b: 'v1' } }] } },
    { resolve: { override: { resolvers: [{ query: 'v' }, { host: { a: 'v1' } }] } } }],
  ['overrides that are emptied explicitly', { resolve: { override: [{ header: 'x-v' }] } }, { resolve: { override: [] } }],
  ['an address of keys for discovery', identity({}), identity({ jwks: { discovery: true, maxBytes: 1000 } })],
  ['an address of keys for keys of a file', identity({ jwks: { url: 'u', headers: { a: 'b' }, refreshSeconds: 5 } }), identity({ jwks: { pem: 'p' } })],
  ['keys as PEM for a JWKS', identity({ jwks: { pem: 'p' } }), identity({ jwks: { keys: [] } })],
  ['the template of an issuer', identity({ issuer: { template: 'https://acme.example/{tenant}', tenants: ['a', 'b'] } }), identity({})],
  ['a version, an alias and a tenant', {
    versions: { ...versions, v2: { upstream: 'u', disabled: true } }, aliases: { old: 'v1', latest: 'v1' }, resolve: { pin: [{ tenants: { claim: 't', map: { a: 'v1' } } }] }
  }, { aliases: { latest: 'v1' }, resolve: { pin: [{ tenants: { claim: 't', map: {} } }] } }],
  ['dates and links', { versions: { v1: { upstream: 'u', deprecatedAt: '2026-01-01', sunsetAt: '2026-02-01', successor: 'v2', links: { sunset: 'l' } } } }, { versions: { v1: { upstream: 'u' } } }],
  ['how the gateway listens and logs', { server: { port: 1, log: 'debug', drainMs: 1, trustProxy: true } }, { server: { host: 'h' } }],
  ['a section of which every option may be absent', { forward: { closeGraceMs: 5, compatibility: true } }, {}],
  ['defaults', { metrics: true, discovery: true, sanitize: {} }, {}],
  ['a confirmed removal', { sanitize: { owned: ['x-user'] }, identity: { providers: [provider] } }, {
    confirmRemoved: ['sanitize', 'identity.providers.idp'], identity: { providers: [{ ...provider, name: 'other', issuer: 'https://other.example' }] }
  }]
] as const) {
  t.test(`the removal of ${what} is allowed`, async (t) => {
    t.strictSame(removed(before, after), [])
  })
}
