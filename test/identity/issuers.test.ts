import t from 'tap'
import { doOverlap, exactIssuers, isTemplate, isTenant, matcherOf, soleIssuer } from '../../lib/identity/issuers.ts'

const entra = 'https://login.microsoftonline.com/{tenantid}/v2.0'

t.test('a template matches any tenant that is a single path segment, and nothing else', async (t) => {
  const fits = matcherOf(entra)

  for (const tenant of ['72f988bf-86f1-41af-91ab-2d7cd011db47', 'acme.onmicrosoft.com', 'A_b~9']) {
    t.ok(fits(`https://login.microsoftonline.com/${tenant}/v2.0`), tenant)
  }
  for (const tenant of ['', '.', '..', 'a/b', 'a/v2.0/../b', 'a%2Fb', 'a?b', 'a#b', 'a b', 'a\\b', '{tenantid}', 'ä', 'a\n']) {
    t.notOk(fits(`https://login.microsoftonline.com/${tenant}/v2.0`), tenant)
  }
  for (const issuer of [
    'https://login.microsoftonline.com/v2.0', 'https://login.microsoftonline.com/a/v2.0/', 'https://login.microsoftonline.com/a/v2x0',
    'https://login.microsoftonline.com.evil.io/a/v2.0', 'https://evil.io/https://login.microsoftonline.com/a/v2.0', 'HTTPS://login.microsoftonline.com/a/v2.0'
  ]) t.notOk(fits(issuer), issuer)
})

t.test('a template can end with its placeholder or with a slash after it', async (t) => {
  t.ok(matcherOf('https://sso.acme.io/realms/{realm}')('https://sso.acme.io/realms/one'))
  t.notOk(matcherOf('https://sso.acme.io/realms/{realm}')('https://sso.acme.io/realms/one/'))
  t.ok(matcherOf('https://sts.windows.net/{tenantid}/')('https://sts.windows.net/one/'))
})

t.test('a template contains exactly one placeholder, which is a whole path segment', async (t) => {
  for (const text of [entra, 'https://sts.windows.net/{tenantid}/', 'http://127.0.0.1:8080/realms/{realm}']) t.ok(isTemplate(text), text)
  for (const text of [
    'https://acme.io', 'https://{tenant}.acme.io/', 'https://acme.io/{a}/{b}', 'https://acme.io/x-{a}', 'https://acme.io/{a}x', 'https://acme.io/{}/',
    'https://acme.io/?tenant={a}', 'https://acme.io/#/{a}', '{issuer}', 'https://{a}', 'ftp://acme.io/{a}', 'https://acme.io/{a.b}'
  ]) t.notOk(isTemplate(text), text)
})

t.test('listed tenants result in exact issuers, and any tenant results in none', async (t) => {
  t.strictSame(exactIssuers({ template: entra, tenants: ['one', '$&'] }), ['https://login.microsoftonline.com/one/v2.0', 'https://login.microsoftonline.com/$&/v2.0'])
  t.strictSame(exactIssuers('https://acme.io'), ['https://acme.io'])
  t.equal(exactIssuers({ template: entra, tenants: 'any' }), null)
  t.notOk(isTenant('$&'))
})

t.test('a list with a single exact issuer counts as a sole issuer, and a template does not', async (t) => {
  t.equal(soleIssuer('https://acme.io'), 'https://acme.io')
  t.equal(soleIssuer(['https://acme.io']), 'https://acme.io')
  t.equal(soleIssuer(['https://acme.io', 'https://acme.com']), null)
  t.equal(soleIssuer({ template: entra, tenants: ['one'] }), null)
})

t.test('templates overlap if an issuer matches both', async (t) => {
  t.ok(doOverlap('https://acme.io/{a}/v2', 'https://acme.io/{b}/v2'))
  t.ok(doOverlap('https://acme.io/{a}/v2', 'https://acme.io/one/{b}'))
  t.notOk(doOverlap('https://acme.io/{a}/v2', 'https://acme.io/{a}/v1'))
  t.notOk(doOverlap('https://acme.io/{a}', 'https://acme.io/{a}/'))
})
