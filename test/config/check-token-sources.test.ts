import { test } from 'tap'
import { checkTokenSources } from '../../lib/config/check-token-sources.ts'
import { HeaderNames } from '../../lib/http/header-names.ts'
import { sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { IdentityProvider, TokenSource } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { collected, gatewayProblems, pathsOf, missingWords } from '../helpers/problems.ts'

/** Returns providers with these token sources. The first one projects a claim to `x-tenant`. */
function providersOf (...places: Array<readonly TokenSource[] | undefined>): IdentityProvider[] {
  return places.map((tokenSources, index) => ({
    name: `idp-${index}`,
    issuer: `https://idp-${index}.test`,
    jwks: { url: 'https://idp.test/keys' },
    ...tokenSources !== undefined && { tokenSources },
    ...index === 0 && { claimsToHeaders: [{ claim: 'tenant', header: 'x-tenant' }] }
  }))
}

function problemsOf (...places: Array<readonly TokenSource[] | undefined>) {
  return collected((problems) => checkTokenSources(problems, [], { providers: providersOf(...places) }, new HeaderNames(['x-user-*'])))
}

test('a provider can have several token sources and share them with another provider', async (t) => {
  const sources: TokenSource[] = [{ header: 'Authorization', prefix: 'bearer ' }, { header: 'x-token' }, { cookie: 'session' }, { query: 'token' }]

  const problems = problemsOf(sources, sources, undefined, [{ header: 'authorization' }, { cookie: 'Session' }])

  t.same(problems, [])
})

for (const [one, other] of [
  [{ header: 'x-token' }, { header: 'X-Token' }], [{ header: 'authorization' }, { header: 'authorization', prefix: 'Bearer ' }],
  [{ cookie: 'a' }, { cookie: 'a' }], [{ query: 'a' }, { query: 'a' }]
] as Array<[TokenSource, TokenSource]>) {
  test(`the same source cannot be listed twice: ${JSON.stringify(one)} and ${JSON.stringify(other)}`, async (t) => {
    const problems = problemsOf([one, other])

    t.same(problems, [{ path: 'providers[0].tokenSources[1]', message: 'duplicates providers[0].tokenSources[0]. Remove one of them.' }])
  })
}

for (const header of ['host', 'Cookie', 'connection', 'content_type']) {
  test(`the header ${header} cannot be a token source`, async (t) => {
    const problems = problemsOf([{ header }])

    t.same(problems, [{
      path: 'providers[0].tokenSources[0].header',
      message: `'${header}' has a defined meaning in HTTP. Use 'authorization' or a different name.`
    }])
  })
}

for (const header of ['x-tenant', 'X_Tenant', 'x-user-token', 'X-User.Token']) {
  test(`an owned header cannot be a token source, because it is removed from every request: ${header}`, async (t) => {
    const problems = problemsOf(undefined, [{ header }])

    t.same(problems, [{
      path: 'providers[1].tokenSources[0].header',
      message: `'${header}' is owned by the gateway, so the client's value is removed before it is read. Use another header.`
    }])
  })
}

test('one header can have several prefixes, unless one prefix starts with another', async (t) => {
  const problems = problemsOf(undefined, [{ header: 'Authorization', prefix: 'DPoP ' }], [{ header: 'x-token', prefix: 'v1' }, { header: 'x-token', prefix: 'v' }])

  t.same(problems, [{
    path: 'providers[2].tokenSources[1].header',
    message: "'x-token' has a prefix that cannot be distinguished from that of providers[2].tokenSources[0]. Use prefixes with different beginnings."
  }])
})

test('a source of a provider must be in the list of sources', async (t) => {
  const providers = providersOf(undefined, [{ header: 'x-token' }, { cookie: 'session' }])
  const problems = collected((found) => checkTokenSources(found, [], { providers, sources: [{ header: 'x-token' }] }, new HeaderNames()))

  t.same(problems, [{
    path: 'providers[1].tokenSources[1]', message: 'is not among sources, so it would never be read. Add it there, at its precedence.'
  }])
})

test('a stage that is registered by itself knows the owned headers of the previous stage', async (t) => {
  const app = makeApp(t)
  app.register(sanitizeHeaders, { owned: ['x-user-*'] })
  app.register(verifyIdentity, { providers: providersOf([{ header: 'x-user-token' }]) })

  await t.rejects(async () => { await app.ready() }, { code: 'VERSION_CONFIG_INVALID', message: /x-user-token/ })
})

const misshapen: Array<[sources: unknown, path: string]> = [
  [[], ''], [{}, ''], [[null], '[0]'], [[{}], '[0]'], [[{ header: 'a', cookie: 'b' }], '[0]'], [[{ cookie: 'a', prefix: 'b' }], '[0]'],
  [[{ header: 5 }], '[0].header'], [[{ header: 'a b' }], '[0].header'], [[{ cookie: '' }], '[0].cookie'], [[{ query: '' }], '[0].query'],
  [[{ header: 'a', prefix: 'b\n' }], '[0].prefix'], [[{ header: 'a', other: 1 }], '[0].other']
]
for (const [tokenSources, path] of misshapen) {
  test(`a malformed token source is reported with its path: ${JSON.stringify(tokenSources)}`, async (t) => {
    const [provider] = providersOf(undefined)

    const problems = gatewayProblems({ identity: { providers: [{ ...provider, tokenSources }] } })

    t.same(pathsOf(problems), [`identity.providers[0].tokenSources${path}`])
    t.same(missingWords(problems[0], ['identity.']), ['identity.'])
  })
}
