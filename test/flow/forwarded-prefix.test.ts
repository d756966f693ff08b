import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { ForwardOptions, UpstreamOptions } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

interface Setup {
  prefix?: string
  upstream?: Partial<UpstreamOptions>
  forward?: ForwardOptions
  /** Fastify's. */
  trustProxy?: boolean | string
}

/** Starts a gateway to an upstream that returns what it received. @returns the origin of the gateway */
async function start (t: Test, { prefix = '', upstream = {}, forward = {}, trustProxy = false }: Setup): Promise<string> {
  const app = makeApp(t, { trustProxy })
  const versions = { latest: { upstream: { targets: await startUpstream(t, 'latest'), ...upstream } } }
  await app.register(versionGateway, { ...prefix !== '' && { prefix }, versions, forward })
  return await listen(app)
}

/** Sends a request with these headers. @returns what the upstream received */
async function see (t: Test, origin: string, path: string, ...headers: string[]): Promise<Seen['headers']> {
  return bodyOf<Seen>(await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test', ...headers])).headers
}

const edited = (request: object) => ({ upstream: { headers: { request } } })

for (const [what, setup, path, expected] of [
  ['a prefix that is stripped', { prefix: '/api' }, '/api/orders', '/api'],
  ['a prefix that is stripped from the bare path', { prefix: '/api' }, '/api', '/api'],
  ['a prefix that becomes another one', { prefix: '/api', upstream: { rewritePrefix: '/v2' } }, '/api/orders', '/api'],
  ['a prefix with parameters, as the request has them', { prefix: '/:tenant/api' }, '/acme/api/orders', '/acme/api'],
  ['a prefix that stays', { prefix: '/api', upstream: { rewritePrefix: '/api' } }, '/api/orders', undefined],
  ['no prefix', {}, '/orders', undefined],
  ['a prefix of the config', { prefix: '/api', ...edited({ set: { 'X-Forwarded-Prefix': '/edge/api' } }) }, '/api/orders', '/edge/api'],
  ['a prefix of the config at the root', edited({ set: { 'x-forwarded-prefix': '/edge' } }), '/orders', '/edge'],
  ['a prefix that the config removes', { prefix: '/api', ...edited({ remove: ['x-forwarded-prefix'] }) }, '/api/orders', undefined]
] as Array<[string, Setup, string, string | undefined]>) {
  t.test(`X-Forwarded-Prefix is ${expected ?? 'nothing'} for ${what}`, async (t) => {
    const origin = await start(t, setup)

    const headers = await see(t, origin, path, 'X-Forwarded-Prefix: /spoofed')

    t.equal(headers['x-forwarded-prefix'], expected)
  })
}

const passing = { trustProxy: true, forward: { forwardedHeaders: ['X-Forwarded-Port', 'x-forwarded-prefix', 'x-forwarded-user', 'X-Forwarded-Client-Cert'] } }
const proxyHeaders = ['X-Forwarded-Port: 8443', 'X-Forwarded-User: kim', 'X-Forwarded-Client-Cert: Hash=a', 'X-Forwarded-Other: 1', 'X_Forwarded_User: eve']

t.test('only the listed headers of a trusted proxy are forwarded', async (t) => {
  const origin = await start(t, passing)

  const headers = await see(t, origin, '/', ...proxyHeaders)

  t.match(headers, { 'x-forwarded-port': '8443', 'x-forwarded-user': 'kim', 'x-forwarded-client-cert': 'Hash=a', 'x-forwarded-other': undefined })
  t.notOk('x_forwarded_user' in headers)
})

for (const [what, setup] of [
  ['no proxy is trusted', { ...passing, trustProxy: false }],
  ['another address is trusted', { ...passing, trustProxy: '10.0.0.1' }],
  ['the list is empty', { trustProxy: true }]
] as const) {
  t.test(`no headers of a proxy are forwarded if ${what}`, async (t) => {
    const origin = await start(t, setup)

    const headers = await see(t, origin, '/', ...proxyHeaders, 'X-Forwarded-Prefix: /edge', 'X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Host: a.test')

    t.strictSame(Object.keys(headers).filter((name) => /port|user|cert|prefix/.test(name)), [])
  })
}

for (const [header, expected] of [['/edge', '/edge/api'], ['/a/, /b', '/a/b/api'], ['', '/api'], ['no path', '/api'], ['//evil.test', '/api'], ['/a"b', '/api']] as const) {
  t.test(`the prefix '${header}' of a trusted proxy results in ${expected}`, async (t) => {
    const origin = await start(t, { ...passing, prefix: '/api' })

    const headers = await see(t, origin, '/api/orders', `X-Forwarded-Prefix: ${header}`)

    t.equal(headers['x-forwarded-prefix'], expected)
  })
}

t.test('a redirect from an upstream that honors X-Forwarded-Prefix is passed through unchanged', async (t) => {
  const targets = await startUpstream(t, 'v1', ({ headers, url }, response) => {
    response.writeHead(302, { location: url === '/plain' ? '/login' : `${String(headers['x-forwarded-prefix'])}/login` }).end()
  })
  const origin = await start(t, { ...passing, prefix: '/api', upstream: { targets } })

  const locations = [await sendRaw(t, origin, ['GET /api/heeds HTTP/1.1', 'Host: a', 'X-Forwarded-Prefix: /edge']), await sendRaw(t, origin, ['GET /api/plain HTTP/1.1', 'Host: a'])]
    .map((response) => /^location: (.*)\r$/im.exec(response)![1])

  t.strictSame(locations, ['/edge/api/login', '/api/login'])
})
