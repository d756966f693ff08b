import { test } from 'tap'
import { checkJwks } from '../../lib/config/check-jwks.ts'
import type { IdentityProvider } from '../../types/index.ts'
import { collected } from '../helpers/problems.ts'

function problemsOf (jwks: IdentityProvider['jwks'], issuer: string) {
  return collected((problems) => checkJwks(problems, ['jwks'], { name: 'idp', jwks, issuer } as IdentityProvider))
}

for (const issuer of ['https://idp.test', 'https://idp.test/tenant/', 'http://localhost:8080']) {
  test(`discovery accepts the issuer ${issuer}`, async (t) => {
    const jwks = { discovery: true } as const

    const problems = problemsOf(jwks, issuer)

    t.same(problems, [])
  })
}

for (const issuer of ['idp', 'http://idp.test', 'urn:idp', 'ftp://idp.test']) {
  test(`discovery rejects the issuer ${issuer}`, async (t) => {
    const jwks = { discovery: true } as const

    const problems = problemsOf(jwks, issuer)

    t.same(problems, [{
      path: 'issuer', message: `expected an https URL (http on loopback only), got '${issuer}'. Write 'https://...', or set jwks.allowHttp for http in a cluster.`
    }])
  })
}

test('discovery rejects an issuer URL that contains credentials', async (t) => {
  const jwks = { discovery: true } as const

  const problems = problemsOf(jwks, 'https://me:secret@idp.test')

  t.same(problems, [{ path: 'issuer', message: 'contains credentials or a fragment. Remove them.' }])
})
