import t from 'tap'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import type { JsonClient } from '../../lib/verify-identity/keys/fetch-json.ts'
import { keySetUrl } from '../../lib/verify-identity/keys/key-set-url.ts'

/** Makes a client that always gets the same response, and records what it fetched. */
function clientOf (metadata: unknown): JsonClient & { fetched: string[] } {
  const fetched: string[] = []
  return { fetched, async fetch (url) { fetched.push(url.href); return metadata }, async close () {} }
}

t.test('a configured URL is used unchanged and without fetching metadata', async (t) => {
  const client = clientOf({})

  const url = await keySetUrl(client, 'https://idp.test', { ...keyFetchingDefaults, url: 'https://keys.test/a?b' })

  t.equal(url.href, 'https://keys.test/a?b')
  t.strictSame(client.fetched, [])
})

for (const [issuer, metadataUrl] of [
  ['https://idp.test', 'https://idp.test/.well-known/openid-configuration'],
  ['https://idp.test/', 'https://idp.test/.well-known/openid-configuration'],
  ['https://idp.test/tenant/1', 'https://idp.test/tenant/1/.well-known/openid-configuration']
] as const) {
  t.test(`the metadata of ${issuer} is expected at ${metadataUrl}`, async (t) => {
    const client = clientOf({ issuer, jwks_uri: 'https://keys.test/' })

    const url = await keySetUrl(client, issuer, { ...keyFetchingDefaults, discovery: true })

    t.equal(url.href, 'https://keys.test/')
    t.strictSame(client.fetched, [metadataUrl])
  })
}

t.test('the keys of a loopback issuer can be at a loopback address', async (t) => {
  const issuer = 'http://127.0.0.1:8080'

  const url = await keySetUrl(clientOf({ issuer, jwks_uri: 'http://localhost:8081/' }), issuer, { ...keyFetchingDefaults, discovery: true })

  t.equal(url.href, 'http://localhost:8081/')
})

const issuer = 'https://idp.test'
const wrong: Array<[what: string, metadata: unknown, message: RegExp]> = [
  ['of another issuer', { issuer: 'https://other.test', jwks_uri: 'https://keys.test/' }, /the issuer 'https:\/\/other\.test', expected 'https:\/\/idp\.test'/],
  ['of the issuer with an extra slash', { issuer: `${issuer}/`, jwks_uri: 'https://keys.test/' }, /'https:\/\/idp\.test\/', expected 'https:\/\/idp\.test'.*same slashes/],
  ['of several tenants', { issuer: 'https://idp.test/{tenantid}/v2.0' }, /write a template as issuer/],
  ['without an issuer', { jwks_uri: 'https://keys.test/' }, /no issuer, expected 'https:\/\/idp\.test'. Check the provider's issuer/],
  ['without an address', { issuer }, /no jwks_uri, expected an https URL\. .*jwks\.url/],
  ['with an address that is a list', { issuer, jwks_uri: ['https://keys.test/'] }, /jwks_uri \['https:\/\/keys\.test\/'\], expected/],
  ['with an address without TLS', { issuer, jwks_uri: 'http://keys.test/' }, /jwks_uri 'http:\/\/keys\.test\/', expected an https URL.*allowHttp/],
  ['with an address on the gateway\'s own machine', { issuer, jwks_uri: 'http://127.0.0.1:8080/' }, /jwks_uri 'http:\/\/127\.0\.0\.1:8080\/'/],
  ['with an address that is a file', { issuer, jwks_uri: 'file:///etc/passwd' }, /jwks_uri 'file:/],
  ['with an address that is not a URL', { issuer, jwks_uri: '/keys' }, /jwks_uri '\/keys'/],
  ['a JWKS', { keys: [] }, /has a JWKS, expected .* Write the address of the JWKS as jwks\.url/],
  ['null', null, /has null, expected an object/],
  ['a string', 'metadata', /has a string, expected an object/],
  ['a list', [], /has a list, expected an object/]
]
for (const [what, metadata, message] of wrong) {
  t.test(`metadata that is ${what} is rejected with its URL, the actual and the expected value`, async (t) => {
    const found = keySetUrl(clientOf(metadata), issuer, { ...keyFetchingDefaults, discovery: true })
    const error = await found.catch((error: unknown) => error) as Error

    t.match(error.message, /^https:\/\/idp\.test\/\.well-known\/openid-configuration has /)
    t.match(error.message, message)
  })
}

t.test('with allowHttp, metadata may name an http address, but no other scheme', async (t) => {
  const options = { ...keyFetchingDefaults, discovery: true, allowHttp: true } as const
  const of = async (address: string) => await keySetUrl(clientOf({ issuer, jwks_uri: address }), issuer, options)

  t.equal(String(await of('http://keys.test/')), 'http://keys.test/')
  await t.rejects(of('ftp://keys.test/'), { message: /expected an http or https URL/ })
})
