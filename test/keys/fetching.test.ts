import type { IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, type Respond, startJwksServer } from '../helpers/jwks-server.ts'
import { keysFrom, quiet, statusAfterFetches } from '../helpers/remote-keys.ts'
import { proxyEnvironment, startProxy } from '../helpers/proxy.ts'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { RemoteKeys } from '../../lib/verify-identity/keys/remote-keys.ts'

const { jwk } = makeIssuer('known')
const set = JSON.stringify({ keys: [jwk] })

t.test('a fetch sends a User-Agent, an Accept header with every JWKS type, and configured headers', async (t) => {
  const seen: IncomingMessage['headers'][] = []
  const strict: Respond = (request, response) => {
    seen.push(request.headers)
    if (!request.headers.accept?.includes('application/jwk-set+json')) return response.writeHead(406).end()
    return respondWith(set, 200, { 'content-type': 'application/jwk-set+json' })(request, response)
  }
  const { url } = await startJwksServer(t, strict)

  t.equal((await statusAfterFetches(t, 1, url)).keys.length, 1)
  t.equal((await statusAfterFetches(t, 1, url, { headers: { 'User-Agent': 'acme', 'X-Key': '1' } })).keys.length, 1)
  t.match(seen, [{ 'user-agent': 'fastify-version-gateway' }, { 'user-agent': 'acme', 'x-key': '1' }])
})

for (const [encoding, encode] of Object.entries({ gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync })) {
  t.test(`a response with ${encoding} encoding is decoded, up to the size limit`, async (t) => {
    const of = async (text: string) => (await startJwksServer(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(encode(text))
    })).url

    t.equal((await statusAfterFetches(t, 1, await of(set))).keys.length, 1)
    t.match((await statusAfterFetches(t, 1, await of(set + ' '.repeat(2 ** 21)))).lastError, /responded with more than jwks\.maxBytes/)
  })
}

const badResponses: Array<[what: string, response: Respond, message: RegExp]> = [
  ['forbidden', respondWith('', 403), /\/keys\.json returned 403\. .*jwks\.headers/],
  ['missing', respondWith('', 404), /returned 404\. .*discovery/],
  ['a redirect', respondWith('', 302, { location: '/other?a=1' }), /returned 302\. Redirects are not followed\. .*write http:\/\/127\.0\.0\.1:\d+\/other as/],
  ['broken', respondWith('', 500), /returned 500/], ['odd', respondWith('', 418), /returned 418/], ['a proxy\'s', respondWith('', 407), /jwks\.proxy/],
  ['HTML', respondWith('<html>', 200, { 'content-type': 'text/html; charset=utf-8' }), /returned text\/html, which is not JSON/],
  ['text without a type', (_request, response) => { response.end('keys') }, /returned a body without a Content-Type, which is not JSON/],
  ['metadata', respondWith({ issuer: 'x', jwks_uri: 'https://idp.test/keys' }), /metadata of an issuer.*discovery: true/],
  ['a bare list', respondWith([jwk]), /a list, not a JWKS.*\{ keys: \[\.\.\.\] \}/],
  ['a PEM file', respondWith('-----BEGIN PUBLIC KEY-----\nMII', 200), /PEM, not a JWKS.*node -p /],
  ['certificates', respondWith({ a: '-----BEGIN CERTIFICATE-----' }), /certificates as PEM/],
  ['something else', respondWith({ a: 1 }), /no list of 'keys'/],
  ['no usable key', respondWith({ keys: [{ kty: 'oct' }] }), /no key that can verify/],
  ['an unknown encoding', (_request, response) => { response.writeHead(200, { 'content-encoding': 'zstd' }).end('x') }, /Content-Encoding/]
]
for (const [what, response, message] of badResponses) {
  t.test(`the error contains the URL and the remedy if the response is ${what}`, async (t) => {
    const { url } = await startJwksServer(t, response)

    const { lastError } = await statusAfterFetches(t, 1, `${url}?secret=1`)

    t.match(lastError, message)
    t.match(lastError, url)
    t.notMatch(lastError, 'secret')
  })
}

t.test('an error names the metadata and the remedy when discovery finds none', async (t) => {
  const { origin, setResponse } = await startJwksServer(t, respondWith('<html>', 200, { 'content-type': 'text/html' }))
  const lastError = async (): Promise<string | null> => {
    const keys = new RemoteKeys({ name: 'idp', issuer: origin, jwks: { ...keyFetchingDefaults, discovery: true } }, { log: quiet })
    t.teardown(async () => await keys.close())
    await keys.refresh()
    return keys.status().lastError
  }
  const url = `${origin}/.well-known/openid-configuration`
  const remedy = "Check the provider's issuer, or write the address of its keys as jwks.url."

  t.equal(await lastError(), `${url} returned text/html, which is not JSON. ${remedy}`)
  setResponse(respondWith('', 404))
  t.equal(await lastError(), `${url} returned 404. ${remedy}`)
  setResponse(respondWith({ issuer: 'https://other.test' }))
  t.match(await lastError(), `${url} has the issuer 'https://other.test', expected '${origin}'. If its tokens have this iss, write it as the provider's issuer`)
})

t.test('a private CA is trusted if it is configured, and is the suggested remedy if not', async (t) => {
  const authority = await makeAuthority()
  const server = createTlsServer(await authority.server('localhost'), (_request, response) => { response.end(set) }).listen(0)
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const url = `https://localhost:${(server.address() as AddressInfo).port}/keys`

  t.equal((await statusAfterFetches(t, 1, url, { ca: authority.ca })).keys.length, 1)
  t.match((await statusAfterFetches(t, 1, url)).lastError, /localhost:\d+\/keys has a certificate from an unknown CA .*jwks\.ca/)
})

t.test('a proxy from the config or the environment is used, except for hosts in NO_PROXY', async (t) => {
  const { origin } = await startJwksServer(t, respondWith(set))
  const { received, address } = await startProxy(t, Number(new URL(origin).port))
  const environment = proxyEnvironment(t)
  const url = 'http://keys.test/set'

  environment({})
  t.equal((await statusAfterFetches(t, 1, url, { proxy: address })).keys.length, 1)
  environment({ HTTP_PROXY: address })
  t.equal((await statusAfterFetches(t, 1, url)).keys.length, 1)
  t.equal((await statusAfterFetches(t, 1, `${origin}/keys`)).keys.length, 1, 'loopback needs no proxy')
  environment({ HTTP_PROXY: address, NO_PROXY: 'keys.test' })
  t.equal((await statusAfterFetches(t, 1, url)).keys.length, 0)
  for (const entry of ['.test', '*.test', 'test', 'keys.test:80', '*', 'a,*']) {
    environment({ HTTP_PROXY: address, NO_PROXY: entry })
    t.equal((await statusAfterFetches(t, 1, url)).keys.length, 0, entry)
  }
  environment({ HTTP_PROXY: address })
  t.equal((await statusAfterFetches(t, 1, url, { proxy: false })).keys.length, 0)
  environment({ HTTP_PROXY: new URL(address).host, NO_PROXY: 'keys.test:8080' })
  t.equal((await statusAfterFetches(t, 1, url)).keys.length, 1)
  t.strictSame(received, Array(3).fill(`GET ${url}`))
})

t.test('an invalid proxy variable in the environment is named without its value', async (t) => {
  proxyEnvironment(t)({ HTTPS_PROXY: 'http://me:hunter2@proxy:99999' })

  const message = await statusAfterFetches(t, 1, 'https://keys.test/set').then(() => '', (error: Error) => error.message)

  t.match(message, /^HTTPS_PROXY is not the address of a proxy/)
  t.notMatch(message, 'hunter2')
})

t.test('a proxy tunnels to an https issuer, whose certificate is verified', async (t) => {
  const authority = await makeAuthority()
  const server = createTlsServer(await authority.server('keys.test'), (_request, response) => {
    // Unsolicited, so it tests that connections through a tunnel are guarded too.
    response.writeContinue()
    response.end(set)
  }).listen(0)
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const { received, address } = await startProxy(t, (server.address() as AddressInfo).port)
  const environment = proxyEnvironment(t)
  const url = 'https://keys.test/set'

  environment({})
  t.equal((await statusAfterFetches(t, 1, url, { proxy: address, ca: authority.ca })).keys.length, 1)
  environment({ HTTPS_PROXY: address })
  t.equal((await statusAfterFetches(t, 1, url, { ca: authority.ca })).keys.length, 1)
  t.match((await statusAfterFetches(t, 1, url)).lastError, /unknown CA/)
  t.strictSame(received, Array(3).fill('CONNECT keys.test:443'))
})

for (const [form, value] of [['seconds', () => '90'], ['a date', () => new Date(Date.now() + 120_000).toUTCString()], ['far too long', () => '99999999']] as const) {
  t.test(`Retry-After (${form}) is honored: no token causes a fetch before then`, async (t) => {
    const { keys, server, known, clock } = await keysFrom(t, respondWith('', 503, { 'retry-after': value() }))
    await keys.refresh()

    clock.now += 85_000
    const { headers } = await known().catch((error: unknown) => error) as { headers: Record<string, string> }

    t.equal(server.fetched.length, 1)
    t.ok(Number(headers['retry-after']) > 0)
    t.ok(Number(headers['retry-after']) <= 3600)
    clock.now += 3_600_000
    server.setResponse(respondWith(set))
    t.equal((await known()).length, 1)
  })
}
