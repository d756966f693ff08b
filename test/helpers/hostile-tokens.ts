import { createPublicKey } from 'node:crypto'
import type { Algorithm } from '../../types/index.ts'
import { goodClaims, hmacToken, type Issuer, keyPair, makeIssuer, part, signature, signedBy } from './issuer.ts'

/** A token that must be refused, and the message that its sender gets. */
export interface Hostile {
  title: string
  token: string
  message: string
}

export const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const
const signers: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']

export const messages = {
  malformed: 'The token is malformed.',
  credentials: 'The credentials of the request are malformed.',
  long: 'The token is too long.',
  algorithm: 'The algorithm of the token is not accepted.',
  key: 'The token is not signed with a key of its issuer.',
  signature: 'The signature of the token is not valid.',
  issuer: 'The issuer of the token is not accepted.',
  expired: 'The token has expired.',
  early: 'The token is not valid yet.',
  value: 'The audience of the token is not accepted.',
  missing: 'The token lacks a required claim.'
}

/** A claim value of every token, by which tests find tokens in logs and responses. */
export const canary = 'canary-4711'

/** Makes issuers with the same name, one for each type of key. */
export function signersOfAllTypes (): Issuer[] {
  return signers.map((algorithm) => makeIssuer(algorithm, algorithm))
}

/** Valid claims with the canary. */
export const claims = (): object => ({ ...goodClaims(), canary })
/** Makes one hostile token. */
export const row = (title: string, token: string, message: string): Hostile => ({ title, token, message })

/** Every combination of a key and an algorithm in the header, except the matching ones. */
export function algorithmsByKeys (issuers: readonly Issuer[]): Hostile[] {
  const unknown = ['none', 'None', 'NONE', 'nOnE', '', 'none ', 'HS256', 'HS384', 'HS512', 'rs256', 'RS1', 'RSA-OAEP', 'dir', 'ES256K', '__proto__']
  return issuers.flatMap(({ jwk, privateKey }) => [
    ...algorithms.filter((alg) => alg !== jwk.alg).map((alg) =>
      row(`${alg} with the key for ${jwk.alg}`, signedBy(jwk.alg as Algorithm, { alg, kid: jwk.kid }, claims(), privateKey), messages.key)),
    ...unknown.map((alg) =>
      row(`'${alg}' with the key for ${jwk.alg}`, signedBy(jwk.alg as Algorithm, { alg, kid: jwk.kid }, claims(), privateKey), messages.algorithm))
  ])
}

/** Tokens whose HMAC secret is the public key, in the formats that attackers may have. */
export function publicKeysAsSecrets ({ jwk }: Issuer): Hostile[] {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const secrets: Record<string, string | Buffer> = {
    PEM: pem,
    'PEM without its last line end': pem.trim(),
    'PEM behind blanks': `\n ${pem}`,
    'PEM of PKCS #1': key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    DER: key.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(jwk),
    modulus: jwk.n!,
    'empty text': ''
  }
  return Object.entries(secrets).flatMap(([title, secret]) => ['HS256', 'HS384', 'HS512'].map((alg) =>
    row(`${alg} with the ${title} as secret`, hmacToken(alg, { alg, kid: jwk.kid }, claims(), secret), messages.algorithm)))
}

/** Headers that contain a key, have critical members, or are malformed. */
export function headers ({ jwk, privateKey }: Issuer): Hostile[] {
  const stranger = keyPair('RS256')
  const brought = stranger.publicKey.export({ format: 'jwk' })
  const own = { alg: 'RS256', kid: jwk.kid }
  const byStranger = (title: string, header: object, message: string) =>
    row(`the key of a stranger, ${title}`, signedBy('RS256', header, claims(), stranger.privateKey), message)
  const byIssuer = (title: string, header: object | string, message: string) => row(title, signedBy('RS256', header, claims(), privateKey), message)

  return [
    byStranger('by the kid of another', own, messages.signature),
    byStranger('brought along', { ...own, jwk: brought }, messages.signature),
    byStranger('brought along under a kid of its own', { alg: 'RS256', kid: 'x', jwk: { ...brought, kid: 'x' } }, messages.key),
    byStranger('brought along without a kid', { alg: 'RS256', jwk: brought }, messages.signature),
    byStranger('at an address', { ...own, jku: 'http://127.0.0.1:1/keys' }, messages.signature),
    byStranger('in a certificate at an address', { ...own, x5u: 'http://127.0.0.1:1/cert' }, messages.signature),
    byStranger('in a certificate', { ...own, x5c: ['MIIB'] }, messages.signature),
    ...[undefined, null, 5, true, {}, [], ['RS256']].map((alg) => byIssuer(`alg is ${JSON.stringify(alg)}`, { ...own, alg }, messages.malformed)),
    ...[5, true, {}, [], [jwk.kid], '\ud800'].map((kid) => byIssuer(`kid is ${JSON.stringify(kid)}`, { ...own, kid }, messages.malformed)),
    ...['', 'rs256', `${jwk.kid} `, `${jwk.kid}\0`, '../../dev/null', "' OR 1=1 --", '__proto__', 'constructor', 'toString', '0', 'http://127.0.0.1:1/'].map((kid) =>
      byIssuer(`kid is the text ${JSON.stringify(kid)}`, { ...own, kid }, messages.key)),
    ...[null, false, 0, '', [], ['exp'], ['alg'], ['b64'], [5], 'exp', {}].map((crit) =>
      byIssuer(`crit is ${JSON.stringify(crit)}`, { ...own, crit, exp: 1 }, messages.malformed)),
    ...[false, true, null].map((b64) => byIssuer(`b64 is ${b64}`, { ...own, b64 }, messages.malformed)),
    byIssuer('the payload is as it is', { ...own, b64: false, crit: ['b64'] }, messages.malformed),
    ...['[]', 'null', '5', '"RS256"', '', ' ', '{', '{}', '{"alg":"RS256",}', `{"alg":"none","alg":"RS256","kid":"${jwk.kid}"}`].map((header) =>
      byIssuer(`the header is ${header}`, header, messages.malformed))
  ]
}

/** Every checked claim with every wrong type, and with values that the provider does not accept. */
export function claimValues ({ jwk, privateKey }: Issuer): Hostile[] {
  const sign = (title: string, payload: object | string, message: string) => row(title, signedBy('RS256', { alg: 'RS256', kid: jwk.kid }, payload, privateKey), message)
  const wrong: Record<string, unknown[]> = {
    exp: ['9999999999', true, {}, [], [9_999_999_999], '', -1, 0, 1, -1e15, 1e-300],
    nbf: ['0', true, {}, [0], '', 9_999_999_999, 1e15, 1e18, 1e300],
    iat: ['0', true, {}, [0], ''],
    sub: [5, true, {}, ['alice'], 0],
    jti: [5, {}, []],
    aud: ['other', 'PUBLIC-API', 'public-api ', 'public', '', 5, true, {}, [], ['other'], [['public-api']], ['public-api', 5], ['public-api', null]]
  }
  const typed = Object.entries(wrong).flatMap(([claim, values]) => values.map((value) =>
    sign(`${claim} is ${JSON.stringify(value)}`, { ...claims(), [claim]: value }, '')))
  const issuers = ['https://other.test', 'https://issuer.test/', 'HTTPS://ISSUER.TEST', ' https://issuer.test', '', 5, null, true, {}, [], ['https://issuer.test'], '__proto__', undefined]
  return [
    ...typed,
    ...issuers.map((iss) => sign(`iss is ${JSON.stringify(iss)}`, { ...claims(), iss }, messages.issuer)),
    ...['exp', 'aud', 'sub'].map((claim) => sign(`there is no ${claim}`, { ...claims(), [claim]: undefined }, messages.missing)),
    ...['exp', 'sub', 'aud'].map((claim) => sign(`${claim} is null`, { ...claims(), [claim]: null }, '')),
    ...['exp', 'nbf', 'iat'].flatMap((claim) => ['1e400', '-1e400'].map((number) =>
      sign(`${claim} is ${number}`, JSON.stringify({ ...claims(), [claim]: 0 }).replace(`"${claim}":0`, `"${claim}":${number}`), '')))
  ]
}

/** Payloads that are not an object with unique members. */
export function payloads ({ jwk, privateKey }: Issuer): Hostile[] {
  const good = JSON.stringify(claims())
  const bytes = (title: string, payload: Buffer) => {
    const input = `${part({ alg: 'RS256', kid: jwk.kid })}.${payload.toString('base64url')}`
    return row(title, `${input}.${signature('RS256', input, privateKey).toString('base64url')}`, messages.malformed)
  }
  const texts = [
    '[]', `[${good}]`, 'null', 'true', '5', '"text"', '{', '{}}', `${good}x`, `${good}${good}`, `'${good}'`, good.replaceAll('"', "'"), ' ',
    good.replace('{', '{"sub":"bob",'), good.replace('{', '{"s\\u0075b":"bob",'), good.replace('}', ',"a":{"b":1,"b":2}}'),
    good.replace('}', ',"a":[{"b":1},{"c":1,"c":1}]}'), good.replace('{', '{"__proto__":1,"__proto__":2,'), good.replace('{', '{"":1,"":2,')
  ]
  return [
    ...texts.map((text) => bytes(`the payload is ${text}`, Buffer.from(text))),
    bytes('the payload begins with a byte order mark', Buffer.from(`\ufeff${good}`)),
    bytes('the payload is UTF-16', Buffer.from(good, 'utf16le')),
    bytes('the payload is not UTF-8', Buffer.from(good.replace('alice', 'al\xffce'), 'latin1')),
    bytes('the payload has an overlong character', Buffer.concat([Buffer.from(good.slice(0, -2)), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])),
    bytes('the payload has half a surrogate pair', Buffer.concat([Buffer.from(good.slice(0, -2)), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])),
    bytes('the payload is nested deeply', Buffer.from(good.replace('}', `,"a":${'['.repeat(4000)}`)))
  ]
}
