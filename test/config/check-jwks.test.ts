import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { test } from 'tap'
import { checkJwks } from '../../lib/config/check-jwks.ts'
import type { InlineJwks, RemoteJwks } from '../../types/index.ts'
import { collected } from '../helpers/problems.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPublic = rsa.publicKey.export({ format: 'jwk' })
const rsaPrivate = rsa.privateKey.export({ format: 'jwk' })
const ecPublic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const edPublic = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

/** What is wrong with a JWKS, which may be any pair of the two members. */
function problemsOf (jwks: object) {
  return collected((problems) => checkJwks(problems, 'jwks', jwks as InlineJwks | RemoteJwks))
}

test('public keys of type RSA, EC and OKP have no problem', async (t) => {
  const keys = [rsaPublic, ecPublic, edPublic]

  const problems = problemsOf({ keys })

  t.same(problems, [])
})

for (const url of ['https://idp.test/jwks.json', 'http://localhost:3000/jwks', 'http://127.0.0.1:3000/', 'http://[::1]:3000/']) {
  test(`keys may be fetched from ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [])
  })
}

for (const url of ['http://idp.test/jwks.json', 'http://localhost.evil.test/', 'ftp://idp.test/', 'idp.test/jwks.json', 'file:///etc/jwks']) {
  test(`keys are not fetched from ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [{
      path: 'jwks.url', message: `expected an https URL (http on loopback only), got '${url}'. Write 'https://...'.`
    }])
  })
}

for (const url of ['https://me:secret@idp.test/', 'https://me@idp.test/', 'https://idp.test/#keys']) {
  test(`the address of the keys stands alone, and is not repeated: ${url}`, async (t) => {
    const jwks = { url }

    const problems = problemsOf(jwks)

    t.same(problems, [{ path: 'jwks.url', message: 'has credentials or a fragment in it. Write the address alone.' }])
  })
}

test('keys and url at once are refused', async (t) => {
  const jwks = { keys: [rsaPublic], url: 'https://idp.test/jwks.json' }

  const problems = problemsOf(jwks)

  t.same(problems, [{ path: 'jwks', message: "has both 'keys' and 'url'. Keep the one that the keys come from." }])
})

test('neither keys nor url is refused', async (t) => {
  const jwks = {}

  const problems = problemsOf(jwks)

  t.same(problems, [{
    path: 'jwks', message: "has neither 'keys' nor 'url'. Write { url: 'https://.../.well-known/jwks.json' } or { keys: [...] }."
  }])
})

test('an empty list of keys is refused', async (t) => {
  const keys: JsonWebKey[] = []

  const problems = problemsOf({ keys })

  t.same(problems, [{ path: 'jwks.keys', message: 'there is none, so no token could be verified. Add a key, or use { url }.' }])
})

const replace = 'Publish only the public half, and replace the key if this config was shared.'

for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
  test(`a key with the private member '${member}' is refused by its name, and the member is not repeated`, async (t) => {
    const keys = [rsaPublic, { ...rsaPublic, kid: 'mine', [member]: 'c2VjcmV0' }]

    const problems = problemsOf({ keys })

    t.same(problems, [{ path: 'jwks.keys[1]', message: `key 'mine' has private parts (${member}). ${replace}` }])
  })
}

test('every private part of a whole private key is named', async (t) => {
  const keys = [rsaPrivate]

  const problems = problemsOf({ keys })

  t.same(problems, [{ path: 'jwks.keys[0]', message: `the key has private parts (d, p, q, dp, dq, qi). ${replace}` }])
})

test('a symmetric key is refused', async (t) => {
  const keys = [{ kty: 'oct', kid: 'shared', k: 'c2VjcmV0' }]

  const problems = problemsOf({ keys })

  t.same(problems, [{ path: 'jwks.keys[0]', message: `key 'shared' has private parts (k). ${replace}` }])
})

for (const [title, key] of Object.entries({
  'an object without members': {},
  'an unknown type': { kty: 'XYZ' },
  'a type that is no text': { kty: 5 },
  'an RSA key without its exponent': { kty: 'RSA', n: rsaPublic.n },
  'an EC key whose point is garbage': { ...ecPublic, x: 'AA' },
  'an OKP key of an unknown curve': { ...edPublic, crv: 'Ed1' },
  'a symmetric key without its secret': { kty: 'oct' },
  'a list': []
})) {
  test(`garbage is refused as a key: ${title}`, async (t) => {
    const keys = [key]

    const problems = problemsOf({ keys })

    t.same(problems, [{
      path: 'jwks.keys[0]', message: "the key is not a public key of type RSA, EC or OKP. Copy it from the provider's JWKS."
    }])
  })
}

test('a garbage key is called by its id', async (t) => {
  const keys = [{ kty: 'RSA', kid: 'broken' }]

  const problems = problemsOf({ keys })

  t.same(problems, [{
    path: 'jwks.keys[0]', message: "key 'broken' is not a public key of type RSA, EC or OKP. Copy it from the provider's JWKS."
  }])
})

test('each wrong key is reported at its own index', async (t) => {
  const keys = [{}, rsaPublic, rsaPrivate]

  const problems = problemsOf({ keys })

  t.same(problems.map(({ path }) => path), ['jwks.keys[0]', 'jwks.keys[2]'])
})
