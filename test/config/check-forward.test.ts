import { test } from 'tap'
import { checkForward } from '../../lib/config/check-forward.ts'
import { collected, gatewayProblems, pathsOf } from '../helpers/problems.ts'

/** Returns the problems of a version header that has the right type. */
function problemsOf (path: readonly string[], versionHeader: string | undefined, projected: string[] = []) {
  return collected((problems) => checkForward(problems, path, versionHeader === undefined ? {} : { versionHeader }, projected))
}

for (const versionHeader of [undefined, 'api-version', 'X-Version', 'x_version', 'content-version']) {
  test(`the version header can be ${versionHeader ?? 'left out'}`, async (t) => {
    const projected = ['x-tenant']

    const problems = problemsOf(['forward'], versionHeader, projected)

    t.same(problems, [])
  })
}

const reserved = ['content-length', 'Content_Length', 'transfer-encoding', 'host', 'Host', 'connection', 'authorization', 'vary', 'upgrade']
for (const versionHeader of reserved) {
  test(`the version header cannot be ${versionHeader}`, async (t) => {
    const given = versionHeader

    const problems = problemsOf(['forward'], given)

    t.same(problems, [{
      path: 'forward.versionHeader',
      message: `'${versionHeader}' has a defined meaning in HTTP. Use a different name, such as 'api-version'.`
    }])
  })
}

for (const versionHeader of ['x-tenant', 'X-Tenant', 'x_tenant']) {
  test(`the version header cannot be ${versionHeader} if a claim is projected to x-tenant`, async (t) => {
    const projected = ['x-user', 'x-tenant']

    const problems = problemsOf(['forward'], versionHeader, projected)

    t.same(problems, [{
      path: 'forward.versionHeader',
      message: `'${versionHeader}' is also set from a claim. Use another header for one of them.`
    }])
  })
}

test('if the stage is registered by itself, problem paths are relative to its own options', async (t) => {
  const versionHeader = 'host'

  const problems = problemsOf([], versionHeader)

  t.same(pathsOf(problems), ['versionHeader'])
})

const provider = { name: 'idp', issuer: 'https://idp.test', jwks: { url: 'https://idp.test/jwks.json' } }

test("the gateway knows its providers' headers", async (t) => {
  const identity = { providers: [{ ...provider, claimsToHeaders: [{ claim: 'tenant', header: 'x-tenant' }] }] }

  const problems = gatewayProblems({ identity, forward: { versionHeader: 'x-tenant' } })

  t.same(pathsOf(problems), ['forward.versionHeader'])
})

test('projected headers are not checked for conflicts while some projections have the wrong type', async (t) => {
  const identity = { providers: [{ ...provider, claimsToHeaders: [null, { claim: 'tenant', header: 'x-tenant' }] }] }

  const problems = gatewayProblems({ identity, forward: { versionHeader: 'x-tenant' } })

  t.same(pathsOf(problems), ['identity.providers[0].claimsToHeaders[0]'])
})

test('an invalid name of the version header is reported once', async (t) => {
  const forward = { versionHeader: '*' }

  const problems = gatewayProblems({ forward })

  t.same(pathsOf(problems), ['forward.versionHeader'])
})

test('header edits of an upstream cannot change the version header', async (t) => {
  const upstream = { targets: 'http://orders', headers: { request: { set: { API_Version: 'v7' } } } }

  const problems = collected((found) => checkForward(found, ['forward'], {}, [], { v2: { upstream }, v3: { upstream: 'http://other' } }))

  t.match(problems, [{ path: 'forward.versionHeader', message: /'api-version' is also changed by the headers option of version 'v2'/ }])
})

for (const [what, config, name] of [
  ['a pattern of sanitize.owned', { sanitize: { owned: ['x-forwarded-*'] } }, 'X-Forwarded-User'],
  ['another spelling of it', { sanitize: { owned: ['x_forwarded_user'] } }, 'x-forwarded-user'],
  ['a claim', { identity: { providers: [{ ...provider, claimsToHeaders: [{ claim: 'sub', header: 'x-forwarded-user' }] }] } }, 'x-forwarded-user']
] as const) {
  test(`a header cannot pass from trusted proxies if it is removed because of ${what}`, async (t) => {
    const problems = gatewayProblems({ ...config, forward: { forwardedHeaders: ['x-forwarded-port', name] } } as object)

    const found = problems.filter(({ path }) => path.startsWith('forward.'))
    if (what.startsWith('a pattern')) t.same(found.map(({ path }) => path), ['forward.forwardedHeaders[0]', 'forward.forwardedHeaders[1]'])
    else t.same(found.map(({ path }) => path), ['forward.forwardedHeaders[1]'])
    t.match(found.at(-1)!.message, `'${name}' is owned, so it is removed from every request. Leave it out here`)
  })
}
