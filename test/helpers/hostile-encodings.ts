import type { Algorithm } from '../../types/index.ts'
import { canary, claims, type Hostile, row, messages } from './hostile-tokens.ts'
import { type Issuer, makeIssuer, part } from './issuer.ts'

/** Returns other spellings of a valid token, and tokens with too few or too many parts. */
export function encodings (issuer: Issuer): Hostile[] {
  const good = issuer.token({ canary })
  const [header, payload, signed] = good.split('.') as [string, string, string]
  const parts = [header, payload, signed]
  const changed = (change: (part: string) => string) => parts.map((_, index) => parts.map((part, at) => at === index ? change(part) : part).join('.'))
  const each = (title: string, message: string, change: (part: string) => string) =>
    changed(change).map((token, index) => row(`${title}, in part ${index + 1}`, token, message))
  // No token can contain a comma, a quote or a space (RFC 6750 2.1). It can contain the other characters.
  const foreign = [',', '"', ' ', '%', '\\', '(', ';', ':', '@', '\xe9', '\t', '!', '*', '|', '{']
  const allowed = ['+', '/', '~']
  return [
    ...foreign.flatMap((character) => each(`${JSON.stringify(character)} inside`, messages.credentials, (part) => `${part.slice(0, 5)}${character}${part.slice(5)}`)),
    ...allowed.flatMap((character) => each(`${character} inside`, messages.malformed, (part) => `${part.slice(0, 5)}${character}${part.slice(6)}`)),
    ...each('a part is empty', messages.malformed, () => ''),
    ...each('a part is one character', messages.malformed, () => 'A'),
    ...each('one character too many', messages.malformed, (part) => part.length % 4 === 0 ? `${part}A` : `${part}${'A'.repeat(5 - part.length % 4)}`),
    row('padding at the end', `${good}==`, messages.malformed),
    ...each('padding inside', messages.credentials, (part) => `${part.slice(0, -1)}=A`),
    row('spare bits in the signature', spareBits(good), messages.malformed),
    ...[
      ['one part', header], ['two parts', `${header}.${payload}`], ['four parts', `${good}.`], ['five parts, as in JWE', `${good}.${header}.${header}`],
      ['only dots', '..'], ['a dot', '.'], ['a dot in front', `.${good}`], ['a dot behind', `${good}.`], ['payload and signature change places', `${header}.${signed}.${payload}`],
      ['characters of other tokens', '~~']
    ].map(([title, token]) => row(title!, token!, messages.malformed)),
    row('the header in place of the payload', `${header}.${header}.${signed}`, messages.issuer),
    row('the token twice', `${good},${good}`, messages.credentials),
    row('in quotes', `"${good}"`, messages.credentials),
    row('a scheme twice', `Bearer ${good}`, messages.credentials),
    row('too long', issuer.token({ canary, filler: 'x'.repeat(9_000) }).replace('.', `.${'A'.repeat(4_400)}`), messages.long)
  ]
}

/** Returns spellings of a valid token with the bits set that base64url ignores. */
function spareBits (token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1]!
}

/** Returns invalid signatures for each type of key. */
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
      row(`the payload for ${jwk.alg} is another`, replaced(good, { ...claims(), sub: 'bob' }), messages.signature)
    ]
  })
}

function replaced (token: string, payload: object): string {
  return token.split('.').map((text, index) => index === 1 ? part(payload) : text).join('.')
}
