import t, { type Test } from 'tap'
import { fromClaim } from '../../lib/index.ts'
import { observeVersions } from '../../lib/observe/index.ts'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { issuer as issuerUrl, makeIssuer } from '../helpers/issuer.ts'
import { scrape } from '../helpers/metrics.ts'
import { run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const absent = 'version_gateway_claim_absent_total'
const issuer = makeIssuer()

/** Starts a gateway and collects its warnings about claims. */
async function start (t: Test, options: Partial<GatewayOptions>) {
  const warnings: Array<Record<string, unknown>> = []
  const write = (line: string): void => {
    const entry = JSON.parse(line)
    if ('claim' in entry) warnings.push(entry)
  }
  const app = makeApp(t, { logger: { level: 'warn', stream: { write } } })
  await app.register(observeVersions)
  const gateway = await startGateway(t, options, app)
  const send = async (count: number, claims: object): Promise<void> => {
    const authorization = `Bearer ${issuer.token(claims)}`
    for (let i = 0; i < count; i++) await (await gateway.send('/', { headers: { authorization } })).text()
  }
  return { ...gateway, warnings, send }
}

t.test('claims that the config reads but no token has cause a warning and are counted', async (t) => {
  const { origin, warnings, send } = await start(t, {
    identity: { providers: [issuer.provider({ claimsToHeaders: [{ claim: 'sub', header: 'x-user' }, { claim: 'tenant_id', header: 'x-tenant' }] })] },
    resolve: { override: { resolvers: [fromClaim('preview')] }, pin: [fromClaim('userMetadata.version'), fromClaim('usrMetadata.version')] }
  })

  await send(60, { userMetadata: { version: 'v2' }, tenantId: 'acme' })
  const { value, labels } = await scrape(origin)

  t.strictSame(warnings.map(({ option, claim, similar }) => [option, claim, similar]), [
    ['identity.providers[0].claimsToHeaders[1]', 'tenant_id', 'tenantId'],
    ['resolve.pin[1]', 'usrMetadata.version', 'userMetadata.version'],
    ['resolve.override.resolvers[0]', 'preview', undefined]
  ])
  t.match(warnings[0]!.msg, /no verified token/)
  t.equal(value(absent, { option: 'resolve.pin[1]', claim: 'usrMetadata.version' }), 60)
  t.equal(value(absent, { option: 'resolve.pin[0]' }), 0)
  t.equal(labels(absent).length, 5, 'one series per option, whatever tokens contain')
})

t.test('a claim that only some tokens have causes no warning', async (t) => {
  const { warnings, send } = await start(t, {
    identity: { providers: [issuer.provider()] }, resolve: { pin: [fromClaim('version')] }
  })

  await send(1, { version: 'v2' })
  await send(60, {})

  t.strictSame(warnings, [])
})

t.test('requests without a token, and explanations, are not counted', async (t) => {
  const { app, origin, warnings } = await start(t, {
    identity: { providers: [issuer.provider()] }, resolve: { pin: [fromClaim('version')] }
  })

  for (let i = 0; i < 60; i++) await fetch(`${origin}/`)
  for (let i = 0; i < 60; i++) await app.versions.explain({ headers: { authorization: `Bearer ${issuer.token()}` } })
  const { value } = await scrape(origin)

  t.strictSame(warnings, [])
  t.equal(value(absent, { option: 'resolve.pin[0]' }), 0)
})

t.test('claims in a config file are counted, too, and the count survives a reload', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const text = (realm: string): string => `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstream}' } }
aliases: { latest: v1 }
identity: { realm: ${realm}, providers: [{ name: idp, issuer: '${issuerUrl}', jwks: { keys: [${JSON.stringify(issuer.jwk)}] }, claimsToHeaders: [{ claim: tenat, header: x-tenant }] }] }
resolve: { pin: [{ tenants: { claim: tenat, map: { acme: v1 } } }, { claim: versoin }] }
`
  const { origin, standalone, write } = await run(t, text('one'))
  const headers = { authorization: `Bearer ${issuer.token({ tenant: 'acme', version: 'v1' })}` }

  await fetch(`${origin}/`, { headers })
  await standalone.reload(await loadConfig(await write('gateway.yaml', text('other'))))
  await fetch(`${origin}/`, { headers })
  const { value } = await scrape(origin)

  for (const option of ['identity.providers[0].claimsToHeaders[0]', 'resolve.pin[0]', 'resolve.pin[1]']) t.equal(value(absent, { option }), 2, option)
})
