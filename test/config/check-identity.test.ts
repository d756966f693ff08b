import { test } from 'tap'
import { checkIdentity } from '../../lib/config/check-identity.ts'
import type { ClaimToHeader, IdentityProvider, VerifyIdentityOptions } from '../../types/index.ts'
import { collected, gatewayProblems, pathsOf, missingWords } from '../helpers/problems.ts'

const provider: IdentityProvider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }
const other: IdentityProvider = { name: 'other', issuer: 'https://other.test', jwks: { url: 'https://other.test/jwks.json' } }

/** Returns the problems of identity options that have the right types. */
function problemsOf (options: VerifyIdentityOptions) {
  return collected((problems) => checkIdentity(problems, ['identity'], options))
}

function problemsOfClaims (...claimsToHeaders: ClaimToHeader[]) {
  return problemsOf({ providers: [{ ...provider, claimsToHeaders }] })
}

test('two providers with different names and issuers are valid', async (t) => {
  const providers = [provider, other]

  const problems = problemsOf({ policy: 'require', providers })

  t.same(problems, [])
})

test("policy 'require' without a provider would refuse every request", async (t) => {
  const options = { policy: 'require', providers: [] } as const

  const problems = problemsOf(options)

  t.same(problems, [{
    path: 'identity.providers', message: "no provider is configured, so policy 'require' would refuse every request. Add a provider."
  }])
})

test("policy 'allow-missing' needs no provider", async (t) => {
  const options = { policy: 'allow-missing', providers: [] } as const

  const problems = problemsOf(options)

  t.same(problems, [])
})

test('two providers with the same issuer are rejected, with the advice to merge them', async (t) => {
  const providers = [provider, { ...other, issuer: provider.issuer }]

  const problems = problemsOf({ providers })

  t.same(problems, [{
    path: 'identity.providers[1].issuer',
    message: "'https://idp.test' is already used by identity.providers[0]. A token's 'iss' selects its provider, so merge the two."
  }])
})

test('two providers with the same name are rejected, with the advice to rename one', async (t) => {
  const providers = [provider, { ...other, name: 'idp' }]

  const problems = problemsOf({ providers })

  t.same(problems, [{
    path: 'identity.providers[1].name', message: "'idp' is already used by identity.providers[0]. Give each provider a unique name."
  }])
})

test('a third provider with the same issuer is reported with a reference to the first', async (t) => {
  const providers = [provider, { ...other, issuer: provider.issuer }, { ...other, name: 'third', issuer: provider.issuer }]

  const problems = problemsOf({ providers })

  t.same(pathsOf(problems), ['identity.providers[1].issuer', 'identity.providers[2].issuer'])
  t.match(problems[1]?.message, 'is already used by identity.providers[0]')
})

test('providers without a name or issuer are not reported as duplicates', async (t) => {
  const providers = [{ jwks: provider.jwks }, { jwks: provider.jwks }]

  const problems = gatewayProblems({ identity: { providers } })

  t.same(pathsOf(problems), [
    'identity.providers[0].name', 'identity.providers[0].issuer', 'identity.providers[1].name', 'identity.providers[1].issuer'
  ])
})

test('problems with keys are reported under their provider', async (t) => {
  const providers = [provider, { ...other, jwks: { keys: [] } }]

  const problems = problemsOf({ providers })

  t.same(pathsOf(problems), ['identity.providers[1].jwks.keys'])
})

test('a null provider does not hide problems of the next provider', async (t) => {
  const providers = [null, { ...other, jwks: {} }]

  const problems = gatewayProblems({ identity: { providers } })

  t.same(pathsOf(problems), ['identity.providers[0]', 'identity.providers[1].jwks'])
})

test('claims can be projected to custom headers', async (t) => {
  const claims = [{ claim: 'tenant.id', header: 'x-tenant' }, { claim: ['https://acme.io/version'], header: 'x-target-version' }]

  const problems = problemsOfClaims(...claims)

  t.same(problems, [])
})

for (const header of ['host', 'Host', 'authorization', 'cookie', 'connection', 'Transfer-Encoding', 'content-length', 'Content_Type', 'te']) {
  test(`a claim cannot be projected to the header ${header}`, async (t) => {
    const claim = { claim: 'tenant', header }

    const problems = problemsOfClaims(claim)

    t.same(problems, [{
      path: 'identity.providers[0].claimsToHeaders[0].header',
      message: `'${header}' has a defined meaning in HTTP. Use a different name: 'x-${header}'.`
    }])
  })
}

for (const twin of ['x-tenant', 'X-Tenant', 'X_Tenant', 'x.tenant']) {
  test(`two claims cannot be projected to the same header: x-tenant and ${twin}`, async (t) => {
    const claims = [{ claim: 'tenant', header: 'x-tenant' }, { claim: 'org', header: twin }]

    const problems = problemsOfClaims(...claims)

    t.same(problems, [{
      path: 'identity.providers[0].claimsToHeaders[1].header',
      message: `'${twin}' is already set by identity.providers[0].claimsToHeaders[0]. Use another header.`
    }])
  })
}

test('two providers can project to the same header', async (t) => {
  const claimsToHeaders = [{ claim: 'tenant', header: 'x-tenant' }]

  const problems = problemsOf({ providers: [{ ...provider, claimsToHeaders }, { ...other, claimsToHeaders }] })

  t.same(problems, [])
})

for (const header of ['', '*', 'x-*', 'x tenant', 'x-tenant:', 'x-tenänt', 'x\r\ny', 5, null]) {
  test(`a claim cannot be projected to an invalid header name: ${JSON.stringify(header)}`, async (t) => {
    const claimsToHeaders = [{ claim: 'tenant', header }]

    const problems = gatewayProblems({ identity: { providers: [{ ...provider, claimsToHeaders }] } })

    t.same(pathsOf(problems), ['identity.providers[0].claimsToHeaders[0].header'])
    t.same(missingWords(problems[0], ['expected a header name, got', "letters, digits and hyphens: 'x-target-version'."]), [])
  })
}

for (const claim of ['a..b', '.a', 'a.', '.', ['a', '']]) {
  test(`a claim path with an empty segment is rejected: ${JSON.stringify(claim)}`, async (t) => {
    const mapping = { claim, header: 'x-tenant' }

    const problems = problemsOfClaims(mapping)

    t.same(pathsOf(problems), ['identity.providers[0].claimsToHeaders[0].claim'])
    t.same(missingWords(problems[0], ['contains an empty name.', "Write 'a.b' for a nested claim"]), [])
  })
}

const wrongClaims: Array<[claim: unknown, shown: string]> = [
  [5, '5'], [null, 'null'], [{}, 'an object'], [[], '[]'], ['', "''"], [['a', 5], "['a', 5]"], [['a', ''], "['a', '']"]
]
for (const [claim, shown] of wrongClaims) {
  test(`for a claim path of the wrong type, the message shows valid examples once: ${JSON.stringify(claim)}`, async (t) => {
    const claimsToHeaders = [{ claim, header: 'x-tenant' }]

    const problems = gatewayProblems({ identity: { providers: [{ ...provider, claimsToHeaders }] } })

    t.same(pathsOf(problems), ['identity.providers[0].claimsToHeaders[0].claim'])
    t.same(missingWords(problems[0], ["'userMetadata.version'", "['https://acme.io/version']", `got ${shown}.`]), [])
  })
}

test('a projection without its claim or header is reported as incomplete', async (t) => {
  const claimsToHeaders = [{ claim: 'tenant' }, { header: 'x-tenant' }]

  const problems = gatewayProblems({ identity: { providers: [{ ...provider, claimsToHeaders }] } })

  t.same(pathsOf(problems), [
    'identity.providers[0].claimsToHeaders[0].header', 'identity.providers[0].claimsToHeaders[1].claim'
  ])
  t.match(problems[0]?.message, 'missing. Expected a header name.')
})

test('an invalid projection does not hide problems of the next one', async (t) => {
  const claimsToHeaders = [5, { claim: 'a', header: 'host' }]

  const problems = gatewayProblems({ identity: { providers: [{ ...provider, claimsToHeaders }] } })

  t.same(pathsOf(problems), ['identity.providers[0].claimsToHeaders[0]', 'identity.providers[0].claimsToHeaders[1].header'])
})
