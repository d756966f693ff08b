import t from 'tap'
import { observeVersions } from '../../lib/observe/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { issuer as issuerUrl, makeIssuer } from '../helpers/issuer.ts'
import { scrape } from '../helpers/metrics.ts'

const issuer = makeIssuer()
const stranger = makeIssuer()
const now = Math.floor(Date.now() / 1000)

const checks: Array<[check: string, token: string, log: Record<string, unknown>]> = [
  ['audience', issuer.token({ aud: 'canary-aud', tenant: 1 }), { claim: 'aud', found: "'canary-aud'", expected: "['public-api']" }],
  ['issuer', issuer.token({ iss: 'https://canary.test' }), { claim: 'iss', found: "'https://canary.test'", expected: `['${issuerUrl}']` }],
  ['expired', issuer.token({ exp: now - 60, tenant: 1 }), { claim: 'exp', found: String(now - 60), expected: /\d+ \(now\) or later/ }],
  ['expired', issuer.token({ iat: now - 7200, tenant: 1 }), { claim: 'iat', found: String(now - 7200), expected: /at most 3600 seconds before/ }],
  ['not-before', issuer.token({ nbf: now + 60, tenant: 1 }), { claim: 'nbf', found: String(now + 60), expected: /\d+ \(now\) or earlier/ }],
  ['missing-claim', issuer.token({ tenant: null }), { claim: 'tenant' }],
  ['type', issuer.token({ tenant: 1 }, { typ: 'id+jwt' }), { found: "'id+jwt'", expected: "'jwt'" }],
  ['algorithm', issuer.token({ tenant: 1 }, { alg: 'HS256' }), { found: "'HS256'" }],
  ['signature', stranger.token({ tenant: 1 }), { found: "'kid test-key'" }],
  ['key', issuer.token({ tenant: 1 }, { kid: 'other' }), { found: "'kid other'" }],
  ['malformed', 'a.b', {}]
]

t.test('the failed check of a refused token is in the response, log and metric; explain also has both values', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const app = makeApp(t, { logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line) as Record<string, unknown>) } } } })
  await app.register(observeVersions)
  const provider = issuer.provider({ requiredClaims: ['tenant'], typ: 'JWT', maxAgeSeconds: 3600 })
  const { send, origin } = await startGateway(t, { identity: { providers: [provider] }, resolve: {} }, app)

  for (const [check, token, log] of checks) {
    const headers = { authorization: `Bearer ${token}` }
    const response = await send('/', { headers })
    const text = await response.text()

    t.match(JSON.parse(text), { status: 401, code: 'TOKEN_INVALID', check })
    t.match(response.headers.get('www-authenticate'), /error="invalid_token", error_description="[^"]+"/)
    t.notMatch(text, /canary/)
    t.match(lines.findLast(({ msg }) => msg === 'request refused'), { check, reason: /\.$/, ...log })
    const { trace } = await app.versions.explain({ headers })
    for (const value of Object.values(log)) t.match(trace.at(-1), value)
  }

  const { value } = await scrape(origin)
  for (const check of new Set(checks.map(([check]) => check))) {
    const count = checks.filter(([other]) => other === check).length
    t.equal(value('version_gateway_identity_total', { reason: check }), count, check)
  }
})

t.test('null members of a token count as absent', async (t) => {
  const { send } = await startGateway(t, { identity: { providers: [{ ...issuer.provider(), audiences: undefined }] } } as never)
  const status = async (token: string): Promise<number> => (await send('/', { headers: { authorization: `Bearer ${token}` } })).status

  for (const name of ['nbf', 'sub', 'jti', 'aud', 'iat']) t.equal(await status(issuer.token({ [name]: null })), 200, name)
  t.equal(await status(issuer.token({}, { kid: null } as never)), 200, 'kid')
  for (const name of ['iss', 'exp']) t.equal(await status(issuer.token({ [name]: null })), 401, name)
  t.equal(await status(issuer.token({ aud: [null] })), 401, 'an audience')
})
