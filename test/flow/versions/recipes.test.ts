import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import versionGateway, { fromClaim, fromHeader } from '../../../lib/index.ts'
import type { OverrideOptions } from '../../../types/index.ts'
import { boot } from '../../helpers/boot.ts'
import { makeApp } from '../../helpers/gateway.ts'
import { printed, runSnippet } from '../../helpers/run-example.ts'
import { makeIssuer } from '../../helpers/issuer.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const docs = await readFile('docs/versions.md', 'utf8')
const recipes = new Map([...docs.matchAll(/<!-- recipe: (\S+) -->\n```ts\n([^]*?)```\n\n```\n([^]*?)```/g)]
  .map(([, name, code, prints]) => [name!, { code: code!, prints: prints! }]))

const issuer = makeIssuer()
const token = (claims: object): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${issuer.token({ iss: 'https://id.acme.example', ...claims })}` }
})

/** Runs a recipe unchanged except for its addresses. @returns its output and its origin */
async function run (t: Test, name: string) {
  const [a, b, c, jwks] = await Promise.all([
    startUpstream(t, 'first'), startUpstream(t, 'second'), startUpstream(t, 'third'),
    startUpstream(t, 'jwks', (_request, response) => response.end(JSON.stringify({ keys: [issuer.jwk] })))
  ])
  const code = recipes.get(name)!.code
    .replace('http://10.0.0.15:30080', a)
    .replace('http://10.0.0.16:30080', b)
    .replace('http://10.0.0.17:30080', c)
    .replace('https://id.acme.example/.well-known/jwks.json', `${jwks}/jwks.json`)
    .replace('port: 8080', 'port: 0')
  const program = await runSnippet(t, `recipe-${name}`, `${code}console.log('origin', app.listeningOrigin)\n`)
  const output = await printed(program, /origin \S+\n/)
  const [, prints, origin] = /^([^]*)origin (\S+)\n$/.exec(output)!
  return { prints, origin: origin!.replace('[::1]', 'localhost') }
}

interface Sent {
  path?: string
  init?: RequestInit
  /** The request that the upstream received, or the problem. */
  gives: object
}

const version = (name: string, value: string): { headers: Record<string, string> } => ({ headers: { [name]: value } })
const expected: Record<string, Sent[]> = {
  header: [
    { gives: { servedBy: 'second', headers: { 'api-version': 'v2' } } },
    { init: version('x-api-version', 'V1'), gives: { servedBy: 'first', headers: { 'api-version': 'v1' } } },
    { init: version('x-api-version', 'v9'), gives: { status: 400, code: 'VERSION_UNKNOWN' } }
  ],
  claim: [
    { init: token({ api_version: 'v1' }), gives: { servedBy: 'first' } },
    { gives: { servedBy: 'second' } },
    { init: token({ api_version: 'v9' }), gives: { status: 503, code: 'PINNED_VERSION_UNAVAILABLE' } }
  ],
  table: [
    { init: token({ tenant: 'acme' }), gives: { servedBy: 'second' } },
    { init: token({ tenant: 'globex' }), gives: { servedBy: 'first' } },
    { init: token({ tenant: 'initech' }), gives: { servedBy: 'second' } }
  ],
  dates: [
    { init: version('acme-version', '2025-12-24'), gives: { servedBy: 'first', headers: { 'api-version': '2025-03-01' } } },
    { init: version('acme-version', '2026-06-30'), gives: { servedBy: 'second' } },
    { init: version('acme-version', '2024-01-01'), gives: { status: 400, code: 'VERSION_UNKNOWN' } }
  ],
  ranges: [
    { init: version('x-api-version', '^1.2'), gives: { servedBy: 'first' } },
    { init: version('x-api-version', '2.x'), gives: { servedBy: 'second' } },
    { init: version('x-api-version', '2.2.0'), gives: { servedBy: 'third' } }
  ],
  path: [
    { path: '/api/v1/orders', gives: { servedBy: 'first', path: '/orders', headers: { 'x-forwarded-prefix': '/api/v1' } } },
    { path: '/api/orders', gives: { servedBy: 'second', path: '/orders' } },
    { path: '/api/v9/orders', gives: { status: 404, code: 'VERSION_UNKNOWN' } }
  ],
  retire: [
    { init: version('x-api-version', 'v1'), gives: { status: 410, code: 'VERSION_RETIRED', successor: 'v2' } },
    { gives: { servedBy: 'second' } }
  ]
}

t.test('every recipe in the docs is tested', async (t) => {
  t.strictSame([...recipes.keys()], Object.keys(expected))
})

t.test('the documented trace and allow function work as described', async (t) => {
  const versions = { v1: { upstream: 'http://127.0.0.1:1', disabled: { to: 'v2' as const } }, v2: { upstream: 'http://127.0.0.1:1' } }
  const preview = { upstream: 'http://127.0.0.1:1', state: 'preview' as const }
  const override: OverrideOptions = {
    resolvers: [fromHeader('x-api-version')],
    allow: (request, _version, byDefault) => byDefault || request.identity?.claims.beta === true
  }
  const app = makeApp(t)
  app.register(versionGateway, {
    versions: { ...versions, preview, hidden: { upstream: 'http://127.0.0.1:1', hidden: true } },
    identity: { providers: [issuer.provider({ name: 'idp' })] },
    resolve: { override, pin: [fromClaim('api_version')], default: 'v2' }
  })
  await boot(app)

  const { trace } = await app.versions.explain({ claims: { api_version: 'v1' } })
  const explain = async (beta: boolean, version: string) => await app.versions.explain({ claims: { beta }, headers: { 'x-api-version': version } })
  const [refused, unknown, allowed] = await Promise.all([explain(false, 'preview'), explain(false, 'hidden'), explain(true, 'preview')])

  t.ok(docs.includes(`\n\`\`\`\n${trace.join('\n')}\n\`\`\`\n`))
  t.ok(docs.includes('allow: (request, version, byDefault) => byDefault || request.identity?.claims.beta === true'))
  t.match(refused, { status: 403, problem: { code: 'VERSION_FORBIDDEN' } })
  t.match(unknown, { status: 400, problem: { code: 'VERSION_UNKNOWN', supported: ['v2'] } })
  t.match(allowed, { outcome: 'forwarded', decision: { id: 'preview' } })
})

for (const [name, requests] of Object.entries(expected)) {
  t.test(`the recipe "${name}" prints and serves what the docs say`, async (t) => {
    const { prints, origin } = await run(t, name)

    const responses = await Promise.all(requests.map(async ({ path = '/orders', init }) => await (await fetch(origin + path, init)).json()))

    t.equal(prints, recipes.get(name)!.prints)
    t.match(responses, requests.map(({ gives }) => gives))
  })
}
