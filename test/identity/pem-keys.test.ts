import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { pemKeys } from '../../lib/identity/pem-keys.ts'
import { makeAuthority } from '../helpers/certificates.ts'

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const made = (): string => pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
const [old, next] = [made(), made()]
const materials = (pem: string): string[] => pemKeys(pem).map(({ material }) => material)

for (const [what, pem] of [
  ['in sequence', old + next],
  ['with CRLF, comments and a byte order mark', `\uFEFF# old\n${old}\n# next\n${next}`.replaceAll('\n', '\r\n')],
  ['with a block of parameters between them', `${old}-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${next}`]
] as const) {
  t.test(`every key of a bundle is used: ${what}`, async (t) => {
    t.strictSame(materials(pem), [old, next])
  })
}

t.test('the certificates of a bundle are used as keys, except for those of their CAs', async (t) => {
  const authority = await makeAuthority()
  const [one, other] = [await authority.server('one.test'), await authority.server('other.test')]
  const selfSigned = [await makeAuthority('Issuer'), await makeAuthority('Issuer')].map(({ ca }) => ca)
  const expected = (...pems: string[]): string[] => pems.map((pem) => pemOf(createPublicKey(pem)))

  t.strictSame(materials(one.cert + other.cert + authority.ca), expected(one.cert, other.cert))
  t.strictSame(materials(authority.ca + one.cert), expected(one.cert))
  t.strictSame(materials(selfSigned.join('')), expected(...selfSigned))
  t.strictSame(materials(authority.ca), expected(authority.ca))
  t.strictSame(materials(next + one.cert), expected(next, one.cert))
})

for (const [what, pem, message] of [
  ['no PEM', 'key.pem', /^there is no block such as/],
  ['only a block that is no key', '-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n', /^there is no block such as/],
  ['a key that is cut off', old + next.slice(0, 60), /lacks its last line/],
  ['files that were joined without a line break', old.trim() + next, /shares a line/],
  ['a key that is garbage', `${old}-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n`, /^number 2 of 2: /],
  ['a key that cannot verify', old + pemOf(generateKeyPairSync('x25519').publicKey), /^number 2 of 2: its type .* do not fit$/]
] as const) {
  t.test(`a bundle is rejected as a whole: ${what}`, async (t) => {
    t.throws(() => pemKeys(pem), { message })
  })
}
