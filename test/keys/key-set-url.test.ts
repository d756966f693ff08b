import t from 'tap'
import type { JsonClient } from '../../lib/verify-identity/keys/fetch-json.ts'
import { keySetUrl } from '../../lib/verify-identity/keys/key-set-url.ts'

/** Makes a client that always gets the same response, and records what it fetched. */
function clientOf (metadata: unknown): JsonClient & { fetched: string[] } {
  const fetched: string[] = []
  return { fetched, async fetch (url) { fetched.push(url.href); return metadata }, async close () {} }
}

t.test('a configured address is used unchanged, without a request for metadata', async (t) => {
  const client = clientOf({})

  const url = await keySetUrl(client, 'https://idp.test', { url: 'https://keys.test/a?b' })

  t.equal(url.href, 'https://keys.test/a?b')
  t.strictSame(client.fetched, [])
})

for (const [issuer, asked] of [
  ['https://idp.test', 'https://idp.test/.well-known/openid-configuration'],
  ['https://idp.test/', 'https://idp.test/.well-known/openid-configuration'],
  ['https://idp.test/tenant/1', 'https://idp.test/tenant/1/.well-known/openid-configuration']
] as const) {
  t.test(`the metadata of ${issuer} is at ${asked}`, async (t) => {
    const client = clientOf({ issuer, jwks_uri: 'https://keys.test/' })

    const url = await keySetUrl(client, issuer, { discovery: true })

    t.equal(url.href, 'https://keys.test/')
    t.strictSame(client.fetched, [asked])
  })
}

t.test('an issuer on loopback may have its keys there', async (t) => {
  const issuer = 'http://127.0.0.1:8080'

  const url = await keySetUrl(clientOf({ issuer, jwks_uri: 'http://localhost:8081/' }), issuer, { discovery: true })

  t.equal(url.href, 'http://localhost:8081/')
})

const issuer = 'https://idp.test'
const wrong: Array<[what: string, metadata: unknown]> = [
  ['of another issuer', { issuer: 'https://other.test', jwks_uri: 'https://keys.test/' }],
  ['of the issuer with an extra slash', { issuer: `${issuer}/`, jwks_uri: 'https://keys.test/' }],
  ['without an issuer', { jwks_uri: 'https://keys.test/' }],
  ['without an address', { issuer }],
  ['with an address that is a list', { issuer, jwks_uri: ['https://keys.test/'] }],
  ['with an address without TLS', { issuer, jwks_uri: 'http://keys.test/' }],
  ['with an address on the gateway\'s own machine', { issuer, jwks_uri: 'http://127.0.0.1:8080/' }],
  ['with an address that is a file', { issuer, jwks_uri: 'file:///etc/passwd' }],
  ['with an address that is not a URL', { issuer, jwks_uri: '/keys' }],
  ['null', null],
  ['a string', 'metadata'],
  ['a list', []]
]
for (const [what, metadata] of wrong) {
  t.test(`metadata that is ${what} is rejected`, async (t) => {
    await t.rejects(keySetUrl(clientOf(metadata), issuer, { discovery: true }), /the metadata of https:\/\/idp\.test /)
  })
}
