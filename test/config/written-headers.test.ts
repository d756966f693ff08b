import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { isConfigInvalid } from '../../lib/problems/config-problems.ts'

const upstream = 'http://a'

/** Returns the problems of a config by path. */
function problemsOf (options: object): Record<string, string> {
  try {
    checkGateway({ versions: { latest: { upstream } }, ...options } as GatewayOptions)
    return {}
  } catch (error) {
    if (!isConfigInvalid(error)) throw error
    return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]))
  }
}

const provider = { name: 'a', issuer: 'https://a.test', audience: 'api', jwks: { url: 'https://a.test/keys' } }

for (const header of ['x-forwarded-for', 'X-Forwarded-Host', 'x_forwarded_proto', 'x-forwarded-prefix', 'forwarded', 'x-real-ip', 'X.Real.IP', 'Via', 'Max-Forwards', 'Sec-WebSocket-Key']) {
  t.test(`a claim cannot be projected to ${header}, which the gateway writes itself`, async (t) => {
    const problems = problemsOf({ identity: { providers: [{ ...provider, claimsToHeaders: [{ claim: 'sub', header }] }] } })

    t.match(problems, { 'identity.providers[0].claimsToHeaders[0].header': new RegExp(`^'${header}' is set by the gateway itself.* Use a different name`) })
  })

  t.test(`the version header cannot be ${header}`, async (t) => {
    const problems = problemsOf({ forward: { versionHeader: header } })

    t.match(problems, { 'forward.versionHeader': new RegExp(`^'${header}' is set by the gateway itself.* Use a different name`) })
  })
}

for (const [edits, isAllowed] of [
  [{ set: { 'x-forwarded-prefix': '/a' } }, true], [{ remove: ['X-Forwarded-Prefix'] }, true], [{ add: { 'x-forwarded-prefix': '/a' } }, false],
  [{ set: { x_forwarded_prefix: '/a' } }, false], [{ set: { 'x-forwarded-port': '1' } }, false]
] as const) {
  t.test(`the edit ${JSON.stringify(edits)} of requests is ${isAllowed ? 'allowed' : 'refused'}`, async (t) => {
    const problems = problemsOf({ versions: { latest: { upstream: { targets: upstream, headers: { request: edits } } } } })

    t.equal(Object.keys(problems).length, isAllowed ? 0 : 1)
  })
}

for (const [name, words] of [
  ['x-forwarded-for', /trustProxy/], ['X-Forwarded-Host', /trustProxy/], ['x-forwarded-proto', /trustProxy/], ['x-real-ip', /^expected a header such as/],
  ['x-forwarded-*', /^expected a header such as/], ['x-forwarded-', /^expected a header such as/], [5, /^expected a header such as/]
] as const) {
  t.test(`${name} cannot be in forward.forwardedHeaders`, async (t) => {
    const problems = problemsOf({ forward: { forwardedHeaders: ['x-forwarded-port', name] } })

    t.match(problems, { 'forward.forwardedHeaders[1]': words })
  })
}

t.test('forward.forwardedHeaders must be a list', async (t) => {
  t.match(problemsOf({ forward: { forwardedHeaders: 'x-forwarded-port' } }), { 'forward.forwardedHeaders': /^expected a list of/ })
})
