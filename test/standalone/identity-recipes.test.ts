import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { type Issuer, makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'
import { project } from '../helpers/project.ts'
import { run } from '../helpers/standalone.ts'
import { proxyEnvironment, startProxy } from '../helpers/proxy.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

const issuer = makeIssuer('key-1')

/** Runs the config of an example with upstreams of the test. */
async function runRecipe (
  t: Test, name: string, changes: ReadonlyArray<readonly [string, string]>, files: Readonly<Record<string, string>> = {}
) {
  const text = await readFile(new URL(`examples/identity/${name}.yaml`, project), 'utf8')
  const [v1, v2] = await Promise.all([startUpstream(t, 'v1'), startUpstream(t, 'v2')])
  const server = 'server: { port: 0, log: silent }\n'
  const all = [['http://orders-v1:8080', v1], ['http://orders-v2:8080', v2], ...changes] as const
  for (const [from] of changes) t.ok(text.includes(from), from)
  const changed = all.reduce((config, [from, to]) => config.replaceAll(from, to), text)
  const { origin } = await run(t, /^server:/m.test(changed) ? changed.replace(/^server:.*\n/m, server) : server + changed, { files })
  return async (headers: Record<string, string>): Promise<Seen | string> => {
    const response = await fetch(`${origin}/orders`, { headers })
    const body = await response.json() as Seen & { check?: string, code?: string }
    return response.status === 200 ? body : `${response.status} ${body.check ?? body.code}`
  }
}

const bearer = ({ token }: Issuer, claims: object, header = {}): Record<string, string> => ({ authorization: `Bearer ${token(claims, header)}` })

t.test('Entra ID: tokens of listed tenants are accepted, each with its tenant\'s issuer', async (t) => {
  const address = 'https://login.microsoftonline.com/common/discovery/v2.0/keys'
  const { alg, ...jwk } = issuer.jwk as typeof issuer.jwk & { alg: string }
  const keys = [{ ...jwk, x5t: 'x', x5c: ['x'], cloud_instance_name: 'microsoftonline.com', issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }]
  const { url } = await startJwksServer(t, respondWith({ keys }))
  const send = await runRecipe(t, 'entra-multi-tenant', [[address, url]])
  const of = (tenant: string, changes = {}): Record<string, string> => bearer(issuer, {
    iss: `https://login.microsoftonline.com/${tenant}/v2.0`, aud: '11111111-2222-3333-4444-555555555555', tid: tenant, oid: 'o-1', ver: '2.0', scp: 'access', ...changes
  })
  const [first, second, other] = ['72f988bf-86f1-41af-91ab-2d7cd011db47', '3d5af4e2-8b1c-4a57-9a0f-6a2c1b7f0d11', '9188040d-6c67-4c5b-b112-36a304b66dad']

  t.match(await send(of(first)), { servedBy: 'v1', headers: { 'x-tenant-id': first, 'x-user-id': 'o-1' } })
  t.match(await send({ ...of(second), 'x-tenant-id': first }), { servedBy: 'v2', headers: { 'x-tenant-id': second } })
  t.equal(await send(of(other)), '401 issuer')
  t.equal(await send(of(first, { iss: `https://sts.windows.net/${first}/` })), '401 issuer')
  t.equal(await send(of(first, { aud: 'other' })), '401 audience')
  t.equal(await send(of(first, { oid: undefined })), '401 missing-claim')
})

t.test('Cognito: access tokens of listed clients are accepted, ID tokens are not', async (t) => {
  const address = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3D4e'
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const send = await runRecipe(t, 'cognito', [[`${address}/.well-known/jwks.json`, url]])
  const of = (changes = {}): Record<string, string> => bearer(issuer, {
    iss: address, aud: undefined, client_id: '4q8a1k2m3n5p6r7s8t9u0v1w2x', token_use: 'access', scope: 'openid', username: 'ann', api_version: 'v2', ...changes
  })

  t.match(await send(of()), { servedBy: 'v2', headers: { 'x-user-id': 'alice' } })
  t.match(await send(of({ client_id: '7h6g5f4d3s2a1q0w9e8r7t6y5u', api_version: undefined })), { servedBy: 'v1' })
  t.equal(await send(of({ token_use: 'id', aud: '4q8a1k2m3n5p6r7s8t9u0v1w2x', client_id: undefined })), '401 claim')
  t.equal(await send(of({ client_id: 'other' })), '401 claim')
  t.equal(await send(of({ client_id: undefined })), '401 claim')
})

const keycloak = { aud: ['public-api', 'account'], typ: 'Bearer', azp: 'web', realm_access: { roles: ['user'] }, api_version: 'v2' }
const keycloakKeys = [issuer.jwk, { ...issuer.jwk, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }]

t.test('Keycloak in Compose: keys are fetched from the internal address, and tokens have the public issuer', async (t) => {
  const { origin } = await startJwksServer(t, respondWith({ keys: keycloakKeys }))
  const { received, address } = await startProxy(t, Number(new URL(origin).port))
  proxyEnvironment(t)({ HTTP_PROXY: address })
  const send = await runRecipe(t, 'keycloak-compose', [])

  t.match(await send(bearer(issuer, { ...keycloak, iss: 'http://localhost:8081/realms/acme' })), { servedBy: 'v2', headers: { 'x-user-id': 'alice' } })
  t.equal(await send(bearer(issuer, { ...keycloak, iss: 'http://keycloak:8080/realms/acme' })), '401 issuer')
  t.strictSame(received, ['GET http://keycloak:8080/realms/acme/protocol/openid-connect/certs'])
})

t.test('Keycloak in a cluster: keys are fetched from a service with a certificate of a private CA', async (t) => {
  const authority = await makeAuthority()
  const server = createServer(await authority.server('keycloak.sso.svc'), (_request, response) => { response.end(JSON.stringify({ keys: keycloakKeys })) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const { received, address } = await startProxy(t, (server.address() as AddressInfo).port)
  proxyEnvironment(t)({ HTTPS_PROXY: address })
  const iss = 'https://sso.acme.example/realms/acme'
  const send = await runRecipe(t, 'keycloak-cluster', [], { 'ca.pem': authority.ca })
  const other = await runRecipe(t, 'keycloak-cluster', [], { 'ca.pem': (await makeAuthority('other')).ca })

  t.match(await send(bearer(issuer, { ...keycloak, iss })), { servedBy: 'v2', headers: { 'x-user-id': 'alice' } })
  t.equal(await send(bearer(issuer, { ...keycloak, iss, aud: 'account' })), '401 audience')
  t.equal(await other(bearer(issuer, { ...keycloak, iss })), '503 KEYS_UNAVAILABLE')
  t.strictSame(new Set(received), new Set(['CONNECT keycloak.sso.svc:8443']))
})

t.test('Firebase: tokens of the project are accepted; those of other projects are not, despite the same keys', async (t) => {
  const address = 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com'
  const { url } = await startJwksServer(t, respondWith({ keys: [issuer.jwk] }))
  const send = await runRecipe(t, 'firebase', [[address, url]])
  const of = (project: string, changes = {}): Record<string, string> => bearer(issuer, {
    iss: `https://securetoken.google.com/${project}`, aud: project, auth_time: 1, user_id: 'alice', firebase: { sign_in_provider: 'password', tenant: 't-1' }, apiVersion: 'v2', ...changes
  })

  t.match(await send(of('acme-app')), { servedBy: 'v2', headers: { 'x-user-id': 'alice', 'x-tenant-id': 't-1' } })
  t.equal(await send(of('other-app')), '401 issuer')
  t.equal(await send(of('acme-app', { aud: 'other-app' })), '401 audience')
})

t.test('Cloudflare Access: its token identifies callers without an app token and is forwarded next to one', async (t) => {
  const access = makeIssuer('access')
  const [ofApp, ofAccess] = await Promise.all([
    startJwksServer(t, respondWith({ keys: [issuer.jwk] })),
    startJwksServer(t, respondWith({ keys: [access.jwk], public_cert: { kid: 'access', cert: 'x' }, public_certs: [] }))
  ])
  const send = await runRecipe(t, 'cloudflare-access', [
    ['https://id.acme.example/.well-known/jwks.json', ofApp.url], ['https://acme.cloudflareaccess.com/cdn-cgi/access/certs', ofAccess.url]
  ])
  const app = bearer(issuer, { iss: 'https://id.acme.example', sub: 'bob', api_version: 'v2' })
  const claims = { iss: 'https://acme.cloudflareaccess.com', aud: ['32eafc7626e737136a1c4a8a0d1d9a2f4ac8f6c3b5b0a6f3c8a0e9d7b6c5a4f3'], email: 'ann@acme.io', type: 'app' }
  const ofFront = { 'cf-access-jwt-assertion': access.token(claims) }

  t.match(await send({ ...app, ...ofFront }), { servedBy: 'v2', headers: { 'x-user-id': 'bob', ...ofFront } })
  t.match(await send(ofFront), { servedBy: 'v1', headers: { 'x-user-id': 'alice', 'x-user-email': 'ann@acme.io' } })
  t.equal(await send({ authorization: `Bearer ${access.token(claims)}` }), '401 source')
  t.equal(await send({ authorization: 'Bearer broken', ...ofFront }), '401 malformed')
  t.equal(await send({ 'cf-access-jwt-assertion': access.token({ ...claims, aud: ['other'] }) }), '401 audience')
  t.equal(await send({}), '401 TOKEN_MISSING')
})
