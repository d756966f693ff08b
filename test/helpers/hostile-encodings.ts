import type { Algorithm } from '../../types/index.ts'
import { canary, claims, type Hostile, row, said } from './hostile-tokens.ts'
import { type Issuer, makeIssuer, part } from './issuer.ts'

/** A good token in other spellings, and its parts in other numbers. */
export function encodings (issuer: Issuer): Hostile[] {
  const good = issuer.token({ canary })
  const [header, payload, signed] = good.split('.') as [string, string, string]
  const parts = [header, payload, signed]
  const changed = (change: (part: string) => string) => parts.map((_, index) => parts.map((part, at) => at === index ? change(part) : part).join('.'))
  const each = (title: string, says: string, change: (part: string) => string) =>
    changed(change).map((token, index) => row(`${title}, in part ${index + 1}`, token, says))
  // A comma, a quote, a blank: nothing that has one can be a token (RFC 6750 2.1). The other characters can.
  const foreign = [',', '"', ' ', '%', '\\', '(', ';', ':', '@', '\xe9', '\t', '!', '*', '|', '{']
  const allowed = ['+', '/', '~']
  return [
    ...foreign.flatMap((character) => each(`${JSON.stringify(character)} inside`, said.credentials, (part) => `${part.slice(0, 5)}${character}${part.slice(5)}`)),
    ...allowed.flatMap((character) => each(`${character} inside`, said.malformed, (part) => `${part.slice(0, 5)}${character}${part.slice(6)}`)),
    ...each('a part is empty', said.malformed, () => ''),
    ...each('a part is one character', said.malformed, () => 'A'),
    ...each('one character too many', said.malformed, (part) => part.length % 4 === 0 ? `${part}A` : `${part}${'A'.repeat(5 - part.length % 4)}`),
    row('padding at the end', `${good}==`, said.malformed),
    ...each('padding inside', said.credentials, (part) => `${part.slice(0, -1)}=A`),
    row('spare bits in the signature', spareBits(good), said.malformed),
    ...[
      ['one part', header], ['two parts', `${header}.${payload}`], ['four parts', `${good}.`], ['five parts, as in JWE', `${good}.${header}.${header}`],
      ['only dots', '..'], ['a dot', '.'], ['a dot in front', `.${good}`], ['a dot behind', `${good}.`], ['payload and signature change places', `${header}.${signed}.${payload}`],
      ['characters of other tokens', '~~']
    ].map(([title, token]) => row(title!, token!, said.malformed)),
    row('the header in place of the payload', `${header}.${header}.${signed}`, said.issuer),
    row('the token twice', `${good},${good}`, said.credentials),
    row('in quotes', `"${good}"`, said.credentials),
    row('a scheme twice', `Bearer ${good}`, said.credentials),
    row('too long', issuer.token({ canary, filler: 'x'.repeat(9_000) }).replace('.', `.${'A'.repeat(4_400)}`), said.long)
  ]
}

/** The same bytes as a good token's, with the bits set that base64url ignores. */
function spareBits (token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1]!
}

/** Signatures that are none, for each type of key. */
export function signatures (issuers: readonly Issuer[]): Hostile[] {
  return issuers.flatMap((issuer) => {
    const { jwk } = issuer
    const good = issuer.token({ canary })
    const at = good.lastIndexOf('.') + 1
    const [input, bytes] = [good.slice(0, at), Buffer.from(good.slice(at), 'base64url')]
    const flipped = (index: number) => Buffer.from(bytes.map((byte, i) => i === index ? byte ^ 1 : byte))
    const other = makeIssuer(jwk.kid, jwk.alg as Algorithm).token({ canary }).split('.')[2]!
    const forms: Record<string, Buffer> = {
      'with its first bit flipped': flipped(0),
      'with its last bit flipped': flipped(bytes.length - 1),
      'one byte short': bytes.subarray(0, -1),
      'one byte long': Buffer.concat([bytes, Buffer.from([0])]),
      'in zeros': Buffer.alloc(bytes.length),
      'in ones': Buffer.alloc(bytes.length, 255),
      'one zero long': Buffer.alloc(1),
      'in DER with zeros': Buffer.from('3006020100020100', 'hex'),
      'by another key': Buffer.from(other, 'base64url'),
      twice: Buffer.concat([bytes, bytes])
    }
    return [
      ...Object.entries(forms).map(([title, form]) => row(`the signature for ${jwk.alg} is there ${title}`, input + form.toString('base64url'), '')),
      row(`the payload for ${jwk.alg} is another`, replaced(good, { ...claims(), sub: 'bob' }), said.signature)
    ]
  })
}

function replaced (token: string, payload: object): string {
  return token.split('.').map((text, index) => index === 1 ? part(payload) : text).join('.')
}
