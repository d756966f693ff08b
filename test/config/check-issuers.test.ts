import { test } from 'tap'
import type { IdentityProvider } from '../../types/index.ts'
import { gatewayProblems } from '../helpers/problems.ts'

const template = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const jwks = { url: 'https://login.microsoftonline.com/common/discovery/v2.0/keys' }

/** The problems of providers with these issuers, as lines. */
function problemsOf (issuers: readonly unknown[], keys: object = jwks): string[] {
  const providers = issuers.map((issuer, index) => ({ name: `idp-${index}`, issuer, jwks: keys }) as IdentityProvider)
  return gatewayProblems({ identity: { providers } }).map(({ path, message }) => `${path.replace('identity.providers', '')}: ${message}`)
}

test('lists of issuers, templates with tenants, and templates for any tenant are valid', async (t) => {
  t.strictSame(problemsOf([
    'https://one.test', ['https://two.test', 'https://three.test'], { template, tenants: ['one', 'two'] }, { template, tenants: 'any' },
    [{ template: 'https://sts.windows.net/{tenantid}/', tenants: 'any' }, 'https://four.test']
  ]), [])
})

test('a template without tenants is rejected, and the message shows both ways to add them', async (t) => {
  t.match(problemsOf([template, ['https://one.test', template]]), [
    `[0].issuer: '${template}' is a template, so no token has it as its 'iss'. Write { template: '${template}', tenants: ['...'] }, or tenants: 'any' to accept every tenant.`,
    /^\[1\]\.issuer\[1\]: .* is a template/
  ])
  t.strictSame(problemsOf([{ template }]), ["[0].issuer.tenants: missing. Expected a list of tenants, or 'any' to accept tokens of every tenant."])
})

test('a placeholder or tenant that is not exactly one path segment is rejected', async (t) => {
  t.match(problemsOf([{ template: 'https://{tenant}.acme.io', tenants: 'any' }, { template, tenants: ['one', 'two/v2.0', '*'] }]), [
    /^\[0\]\.issuer\.template: expected an http\(s\) URL with one placeholder/,
    "[1].issuer.tenants[1]: 'two/v2.0' is not a single path segment. Write the tenant as it appears in the 'iss' of its tokens.",
    /^\[1\]\.issuer\.tenants\[2\]: '\*' is not a single path segment/
  ])
})

test('issuers of the wrong type are rejected', async (t) => {
  t.match(problemsOf([[], 5, { template, tenants: [] }, { template, tenants: 'all' }, { template, tenants: 'any', tenant: 'x' }, [5]]), [
    '[0].issuer: expected a list with at least one issuer, got [].',
    "[1].issuer: expected the exact 'iss' of the provider's tokens, got 5.",
    '[2].issuer.tenants: expected a list with at least one tenant, got [].',
    "[3].issuer.tenants: expected a list of tenants, or 'any', got 'all'.",
    '[4].issuer.tenant: unknown option. Known: template, tenants.',
    "[5].issuer[0]: expected the exact 'iss' of the provider's tokens, got 5."
  ])
})

test('an issuer that is accepted by two providers is rejected, however it is written', async (t) => {
  const merge = "A token's 'iss' selects its provider, so merge the two."
  t.match(problemsOf([
    { template, tenants: ['one'] }, 'https://login.microsoftonline.com/one/v2.0', ['https://two.test', 'https://two.test'],
    { template, tenants: 'any' }, { template: template.replace('tenantid', 'tid'), tenants: 'any' }
  ]), [
    `[1].issuer: 'https://login.microsoftonline.com/one/v2.0' is already used by identity.providers[0]. ${merge}`,
    "[2].issuer[1]: 'https://two.test' is listed twice. Remove one of them.",
    `[4].issuer: 'https://login.microsoftonline.com/{tid}/v2.0' is already used by identity.providers[3]. ${merge}`
  ])
})

test('discovery requires a single exact issuer', async (t) => {
  const remedy = /^\[\d\]\.jwks\.discovery: needs exactly one issuer, .* Write the address of their keys instead, such as jwks: \{ url: /

  t.match(problemsOf([{ template, tenants: 'any' }, ['https://one.test', 'https://two.test']], { discovery: true }), [remedy, remedy])
  t.strictSame(problemsOf([['https://one.test']], { discovery: true }), [])
})
