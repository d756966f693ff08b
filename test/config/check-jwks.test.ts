import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { test } from 'tap'
import { checkJwks } from '../../lib/config/check-jwks.ts'
import type { IdentityProvider } from '../../types/index.ts'
import { collected, gatewayProblems, pathsOf } from '../helpers/problems.ts'
import { rsaKeyPair } from '../helpers/rsa-keys.ts'

const rsa = rsaKeyPair()
const rsaPublic = rsa.publicKey.export({ format: 'jwk' })
const rsaPrivate = rsa.privateKey.export({ format: 'jwk' })
const ecPublic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const encryption = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })
const edPublic = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

/** Returns the problems of a JWKS with any members. */
function problemsOf (jwks: object, issuer = 'https://idp.test') {
  return collected((problems) => checkJwks(problems, ['jwks'], { name: 'idp', jwks: jwks as IdentityProvider['jwks'], issuer } as IdentityProvider))
}

test('public keys of types RSA, EC and OKP are valid', async (t) => {
  const keys = [rsaPublic, ecPublic, edPublic]

  const problems = problemsOf({ keys })

  t.same(problems, [])
})

for (const url of ['https://idp.test/jwks.json', 'http://localhost:3000/jwks', 'http://127.0.0.1:3000/', 'http://127.1.2.3/', 'http://[::1]:3000/']) {
  test(`the jwks.url option accepts ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [])
  })
}

for (const url of ['http://idp.test/jwks.json', 'http://localhost.evil.test/', 'http://127.0.0.evil.test/', 'http://127.0.0.1.evil.test/', 'ftp://idp.test/', 'idp.test/jwks.json', 'file:///etc/jwks']) {
  test(`the jwks.url option rejects ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [{
      path: 'jwks.url', message: `expected an https URL (http on loopback only), got '${url}'. Write 'https://...', or set jwks.allowHttp for http in a cluster.`
    }])
  })
}

for (const url of ['https://me:secret@idp.test/', 'https://me@idp.test/', 'https://:secret@idp.test/', 'https://idp.test/#keys']) {
  test(`a jwks.url with credentials or a fragment is rejected, and the message does not repeat it: ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [{ path: 'jwks.url', message: 'contains credentials or a fragment. Remove them.' }])
  })
}

test('keys and url together are rejected', async (t) => {
  const jwks = { keys: [rsaPublic], url: 'https://idp.test/jwks.json' }

  const problems = problemsOf(jwks)

  t.same(problems, [{ path: 'jwks', message: "has 'keys' and 'url'. Keep one of them." }])
})

test('a url together with discovery is rejected', async (t) => {
  const jwks = { url: 'https://idp.test/jwks.json', discovery: true }

  const problems = problemsOf(jwks)

  t.same(problems, [{ path: 'jwks', message: "has 'url' and 'discovery'. Keep one of them." }])
})

test('a jwks option without keys, url and discovery is rejected', async (t) => {
  const jwks = {}

  const problems = problemsOf(jwks)

  t.same(problems, [{
    path: 'jwks',
    message: "has neither 'keys' nor 'url' nor 'discovery'. Write { url: 'https://.../.well-known/jwks.json' }, " +
      '{ discovery: true } or { keys: [...] }.'
  }])
})

test('a CA given as a file name instead of its content is rejected', async (t) => {
  const problems = problemsOf({ url: 'https://issuer.test/keys', ca: ['ca.pem'] })

  t.match(problems, [{ path: 'jwks.ca', message: /Give the content of a file, not its name/ }])
})

test('a CA that is not a certificate is rejected', async (t) => {
  const problems = problemsOf({ url: 'https://issuer.test/keys', ca: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----' })

  t.match(problems, [{ path: 'jwks.ca', message: /^has an invalid certificate/ }])
})

const replace = 'Write only the public half, and replace the key if this config was shared.'

for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
  test(`a key with the private member '${member}' is rejected, and the message names the member but not its value`, async (t) => {
    const keys = [rsaPublic, { ...rsaPublic, kid: 'mine', [member]: 'c2VjcmV0' }]

    const problems = problemsOf({ keys })

    t.same(problems, [{ path: 'jwks.keys[1]', message: `key 'mine' has private parts (${member}). ${replace}` }])
  })
}

test('every private member of a private key is named', async (t) => {
  const keys = [rsaPrivate]

  const problems = problemsOf({ keys })

  t.same(problems, [{ path: 'jwks.keys[0]', message: `the key has private parts (d, p, q, dp, dq, qi). ${replace}` }])
})

test('a symmetric key is rejected', async (t) => {
  const keys = [rsaPublic, { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' }]

  const problems = problemsOf({ keys })

  t.same(problems, [{ path: 'jwks.keys[1]', message: `key 'shared' has private parts (k). ${replace}` }])
})

const useless: Array<[title: string, keys: JsonWebKey[]]> = [
  ['no key at all', []],
  ['an object without members', [{}]],
  ['an unknown type', [{ kty: 'XYZ' }]],
  ['an RSA key without its exponent', [{ kty: 'RSA', n: rsaPublic.n! }]],
  ['a short RSA key', [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })]],
  ['an EC key whose point is garbage', [{ ...ecPublic, x: 'AA' }]],
  ['an OKP key of an unknown curve', [{ ...edPublic, crv: 'Ed1' }]],
  ['an X25519 key', [encryption]],
  ['a key for encryption by its use', [{ ...ecPublic, use: 'enc' }]],
  ['a key for encryption by its operations', [{ ...ecPublic, key_ops: ['deriveKey'] }]],
  ['several keys of other purposes', [encryption, { ...rsaPublic, use: 'enc' }]]
]
for (const [title, keys] of useless) {
  test(`a set without any key that can verify tokens is rejected: ${title}`, async (t) => {
    const jwks = { keys }

    const problems = problemsOf(jwks)

    t.same(problems, [{
      path: 'jwks.keys',
      message: 'has no key that can verify a token: public, for signatures, RSA of 2048 bits or more, ' +
        "P-256, P-384, P-521 or Ed25519. Copy the provider's JWKS, or use { url }."
    }])
  })
}

test('a set with at least one key that can verify may also contain keys for other purposes', async (t) => {
  const keys = [encryption, { ...ecPublic, use: 'enc' }, { kty: 'XYZ' }, ecPublic]

  const problems = problemsOf({ keys })

  t.same(problems, [])
})

const hostileKeys: Array<[title: string, key: object]> = [
  ['a type that is a number', { kty: 5 }],
  ['a type that is a bigint', { kty: 5n }],
  ['a curve without prototype', { kty: 'EC', crv: Object.create(null) }],
  ['operations that are a number', { ...ecPublic, key_ops: 5 }],
  ['a list', []]
]
for (const [title, key] of hostileKeys) {
  test(`a malformed key is reported as unable to verify and does not cause a crash: ${title}`, async (t) => {
    const keys = [key]

    const problems = problemsOf({ keys })

    t.same(pathsOf(problems), ['jwks.keys'])
  })
}

/** Returns the problems of a JWKS of any type. */
function problemsOfAny (jwks: unknown) {
  return gatewayProblems({ identity: { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks }] } })
}

test('a null key does not hide that the next key is private', async (t) => {
  const jwks = { keys: [null, rsaPrivate] }

  const problems = problemsOfAny(jwks)

  t.same(pathsOf(problems), ['keys[0]', 'keys[1]'].map((place) => `identity.providers[0].jwks.${place}`))
})

test('a url of the wrong type does not hide that a key is private', async (t) => {
  const jwks = { keys: [rsaPrivate], url: 5 }

  const problems = problemsOfAny(jwks)

  t.same(pathsOf(problems), ['.url', '', '.keys[0]'].map((place) => `identity.providers[0].jwks${place}`))
})
