import Fastify from 'fastify'
import { test } from 'tap'
import { defineVersions, matchRoute, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { RouteConfig } from '../../types/index.ts'
import { configError, gatewayProblems, missingWords, pathsOf, problemsOf, validVersions } from '../helpers/problems.ts'

const name = 'orders'
const prefix = { path: { prefix: '/orders' } }

const complete: RouteConfig[] = [
  {
    name,
    hosts: ['api.example.com', '*.eu.example.com.', '10.0.0.1', '[::1]'],
    matches: [
      { path: { prefix: '/orders' }, method: 'GET', headers: { 'X-Beta': 'true', 'x-a': { regex: 'a|b' } }, query: { 'a b': '' }, cookies: { c: '1' } },
      {}
    ],
    to: [{ version: 'v2', weight: 0 }, { version: 'stable', weight: 90.5, headers: { request: { set: { 'x-canary': '1' } } } }],
    sticky: { by: 'claim:tenantId' },
    identity: 'partners',
    rewrite: { path: { prefix: '/' }, host: 'internal' },
    headers: { request: { set: { 'x-a': 'b' }, remove: ['cookie'] }, response: { add: { vary: 'origin' } } },
    cors: { origins: ['https://app.example.com', 'https://*.example.com:8443'], credentials: true, headers: ['*'], maxAge: 60 },
    timeouts: { total: 30_000, attempt: 0 },
    retry: { attempts: 2, on: [503] },
    mirror: [{ version: 'v2', percent: 0.5, compare: { ignore: ['/updatedAt'] } }],
    limits: ['per-tenant'],
    checks: ['waf']
  },
  { name: 'redirect', identity: false, redirect: { scheme: 'https', port: 8443, status: 301, path: { full: '/' } } },
  { name: 'respond', matches: [{ path: { regex: '/v[0-9]+/.*' } }], respond: { status: 204, headers: { 'x-a': 'b' }, body: '' } },
  { name: 'invalid', to: 'unknown', invalid: 'The Service store/orders does not exist.' }
]
const identity = { policies: { partners: { policy: 'require' } }, providers: [] }

test('a complete config has no problems', async (t) => {
  const problems = gatewayProblems({ aliases: { stable: 'v2' }, routes: complete, identity })

  t.same(problems, [])
})

const shapes: Array<[rule: object, path: string, words: string[]]> = [
  [{}, 'routes[0].name', ['missing']],
  [{ name, hosts: [] }, 'routes[0].hosts', ['at least one host']],
  [{ name, hosts: ['https://api.test'] }, 'routes[0].hosts[0]', ["'api.example.com'"]],
  [{ name, hosts: ['api.test:8080'] }, 'routes[0].hosts[0]', ['without scheme and port']],
  [{ name, hosts: ['*'] }, 'routes[0].hosts[0]', ['every host']],
  [{ name, hosts: ['a.*.test'] }, 'routes[0].hosts[0]', ["leading '*.'"]],
  [{ name, matches: [] }, 'routes[0].matches', ['at least one']],
  [{ name, matches: [{ path: {} }] }, 'routes[0].matches[0].path', ['one of exact, prefix, regex']],
  [{ name, matches: [{ path: { exact: '/a', prefix: '/a' } }] }, 'routes[0].matches[0].path', ['one of']],
  [{ name, matches: [{ path: { exact: 'a' } }] }, 'routes[0].matches[0].path.exact', ["begins with '/'"]],
  [{ name, matches: [{ path: { prefix: '/a?b' } }] }, 'routes[0].matches[0].path.prefix', ["without '?'"]],
  [{ name, matches: [{ path: { prefix: '/a;b' } }] }, 'routes[0].matches[0].path.prefix', ["';'"]],
  [{ name, matches: [{ path: { prefix: '/café' } }] }, 'routes[0].matches[0].path.prefix', ['%C3%A9']],
  [{ name, matches: [{ method: 'get' }] }, 'routes[0].matches[0].method', ['upper case']],
  [{ name, matches: [{ headers: { 'x-a': 1 } }] }, 'routes[0].matches[0].headers.x-a', ['regex']],
  [{ name, to: [] }, 'routes[0].to', ['at least one version']],
  [{ name, to: [{ version: 'v2', weight: -1 }] }, 'routes[0].to[0].weight', ['from 0']],
  [{ name, to: 'v2', sticky: { by: 'tenant' } }, 'routes[0].sticky.by', ['claim:tenantId']],
  [{ name, identity: true }, 'routes[0].identity', ['policy, or false']],
  [{ name, redirect: { status: 300 } }, 'routes[0].redirect.status', ['301']],
  [{ name, cors: { origins: ['https://app.test/'] } }, 'routes[0].cors.origins[0]', ['without a slash']],
  [{ name, rewrite: { path: { full: '/', prefix: '/' } } }, 'routes[0].rewrite.path', ['one of full, prefix']],
  [{ name, mirror: [{ version: 'v2', percent: 101 }] }, 'routes[0].mirror[0].percent', ['from 0 to 100']],
  [{ name, host: 'api.test' }, 'routes[0].host', ["'hosts'"]]
]

const rules: Array<[rule: object, path: string, words: string[]]> = [
  [{ name, to: 'v22' }, 'routes[0].to', ["'v22'", "'v2'"]],
  [{ name, to: [{ version: 'latest' }, { version: 'v22' }] }, 'routes[0].to[1].version', ["'v22'"]],
  [{ name, mirror: [{ version: 'v22' }] }, 'routes[0].mirror[0].version', ["'v22'"]],
  [{ name, matches: [{ path: { exact: '/a%2Fb' } }] }, 'routes[0].matches[0].path.exact', ["encoded '/'"]],
  [{ name, matches: [{ path: { prefix: '/a/%2e%2e' } }] }, 'routes[0].matches[0].path.prefix', ["'..'"]],
  [{ name, matches: [{ path: { prefix: '/a%zz' } }] }, 'routes[0].matches[0].path.prefix', ["'%'"]],
  [{ name, matches: [{ path: { regex: '/(' } }] }, 'routes[0].matches[0].path.regex', ["'/('", 'missing closing )']],
  [{ name, matches: [{ headers: { 'x-a': { regex: '(a)\\1' } } }] }, 'routes[0].matches[0].headers.x-a.regex', ['no look-around']],
  [{ name, matches: [{ query: { a: { regex: '[a-z]{1,600}' } } }] }, 'routes[0].matches[0].query.a.regex', ['too large']],
  [{ name, matches: [{ headers: { 'X-A': '1', 'x-a': '2' } }] }, 'routes[0].matches[0].headers', ["'x-a'", 'twice']],
  [{ name, to: 'v2', redirect: {} }, 'routes[0].to', ['does not forward']],
  [{ name, respond: {}, rewrite: { host: 'a' } }, 'routes[0].rewrite', ['does not forward', 'respond']],
  [{ name, respond: {}, redirect: {} }, 'routes[0].respond', ['already redirects']],
  [{ name, to: [{ version: 'v2' }], sticky: { by: 'header:x session' } }, 'routes[0].sticky.by', ['not a header name']],
  [{ name, to: 'v2', sticky: { by: 'ip' } }, 'routes[0].sticky', ['list of versions']],
  [{ name, matches: [prefix, { path: { exact: '/a' } }], rewrite: { path: { prefix: '/' } } }, 'routes[0].rewrite.path', ['matches no prefix']],
  [{ name, matches: [{ path: { regex: '/a' } }], redirect: { path: { prefix: '/' } } }, 'routes[0].redirect.path', ['full']],
  [{ name, identity: 'partner' }, 'routes[0].identity', ["'partner'", "'partners'"]],
  [{ name, headers: { request: { set: { Host: 'a' } } } }, 'routes[0].headers.request.set', ['rewrite: { host']],
  [{ name, headers: { request: { add: { 'Transfer-Encoding': 'a' } } } }, 'routes[0].headers.request.add', ["'Transfer-Encoding'"]],
  [{ name, headers: { request: { add: { 'x-forwarded-for': 'a' } } } }, 'routes[0].headers.request.add', ['trustProxy']],
  [{ name, headers: { response: { remove: ['content-length'] } } }, 'routes[0].headers.response.remove', ["'content-length'"]],
  [{ name, to: [{ version: 'v2', headers: { response: { set: { connection: 'a' } } } }] }, 'routes[0].to[0].headers.response.set', ["'connection'"]],
  [{ name, respond: { headers: { 'content-length': '1' } } }, 'routes[0].respond.headers', ["'content-length'"]],
  [{ name, cors: { origins: ['*'], credentials: true } }, 'routes[0].cors.origins', ['every site']]
]

for (const [rule, path, words] of [...shapes, ...rules]) {
  test(`the rule ${JSON.stringify(rule)} is refused`, async (t) => {
    const problems = gatewayProblems({ routes: [rule], identity })

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

test('two rules cannot have the same name', async (t) => {
  const problems = gatewayProblems({ routes: [{ name }, { name: 'other' }, { name }] })

  t.same(pathsOf(problems), ['routes[2].name'])
  t.match(problems[0]?.message, 'routes[0]')
})

test('the matches of a rule that cannot be honored are checked', async (t) => {
  const problems = gatewayProblems({ routes: [{ name, matches: [{ path: { regex: '(' } }], invalid: 'unknown filter' }] })

  t.same(pathsOf(problems), ['routes[0].matches[0].path.regex'])
})

test('a policy needs to be defined', async (t) => {
  const problems = gatewayProblems({ routes: [{ name, identity: 'partners' }] })

  t.same(pathsOf(problems), ['routes[0].identity'])
  t.match(problems[0]?.message, 'identity.policies')
})

test('rules are checked by defineVersions and on update', async (t) => {
  const routes = [{ name, to: 'v3' as 'v2' }]
  const registry = defineVersions(validVersions)

  t.same(pathsOf(problemsOf(() => defineVersions(validVersions, { routes }))), ['routes[0].to'])
  t.same(pathsOf(problemsOf(() => registry.update({ versions: validVersions, routes }))), ['routes[0].to'])
})

test('rules need the stage that matches them, at boot and on update', async (t) => {
  const start = async (routes: RouteConfig[] | undefined, hasStage: boolean) => {
    const versions = defineVersions(validVersions, routes === undefined ? {} : { routes: routes as Array<RouteConfig<'v2'>> })
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(sanitizeHeaders)
    if (hasStage) await app.register(matchRoute, { versions })
    await app.register(verifyIdentity, { providers: [] })
    await app.register(resolveVersion, { versions })
    return versions
  }

  await t.resolves(start([{ name }], true))
  const refused = await start([{ name }], false).catch((error: unknown) => configError(() => { throw error }))
  const changed = await start(undefined, false) as ReturnType<typeof defineVersions>

  t.same(pathsOf((refused as ReturnType<typeof configError>)!.problems), ['routes'])
  t.same(pathsOf(problemsOf(() => changed.update({ versions: validVersions, routes: [{ name }] }))), ['routes'])
})

test('an unknown policy is refused on update', async (t) => {
  const versions = defineVersions(validVersions)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(sanitizeHeaders)
  await app.register(matchRoute, { versions })
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, { versions })

  const problems = problemsOf(() => versions.update({ versions: validVersions, routes: [{ name, identity: 'partners' }] }))

  t.same(pathsOf(problems), ['routes[0].identity'])
})

test('rules of the wrong shape are reported once', async (t) => {
  for (const [config, path] of [
    [{ routes: 'all' }, 'routes'],
    [{ routes: [null] }, 'routes[0]'],
    [{ routes: [{ name, to: 'v9' }], versions: [] }, 'versions'],
    [{ routes: [{ name, to: 'v9' }], aliases: [] }, 'aliases']
  ] as const) t.same(pathsOf(gatewayProblems(config)), [path])
})

test('a rule without matches has a prefix to replace', async (t) => {
  t.same(gatewayProblems({ routes: [{ name, rewrite: { path: { prefix: '/internal' } } }] }), [])
})
