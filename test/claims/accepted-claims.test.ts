import t from 'tap'
import type { IdentityProvider } from '../../types/index.ts'
import { identifyingApp } from '../helpers/identifying-app.ts'
import { goodClaims, makeIssuer, signed } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const now = (): number => Date.now() / 1000
type Claims = () => object
const rows: Array<[what: string, options: Partial<IdentityProvider>, claims: Claims, status: number, detail?: string]> = [
  ['ended within the tolerance', {}, () => ({ exp: now() - 3 }), 200],
  ['ended beyond the tolerance', {}, () => ({ exp: now() - 6 }), 401, 'The token has expired.'],
  ['ended, without tolerance', { clockToleranceSeconds: 0 }, () => ({ exp: now() - 1 }), 401, 'The token has expired.'],
  ['ended within a tolerance of minutes', { clockToleranceSeconds: 300 }, () => ({ exp: now() - 290 }), 200],
  ['begins within the tolerance', {}, () => ({ nbf: now() + 3 }), 200],
  ['begins beyond the tolerance', {}, () => ({ nbf: now() + 60 }), 401, 'The token is not valid yet.'],
  ['has times with fractions', {}, () => ({ exp: now() + 0.5, nbf: now() - 0.5, iat: now() - 0.25 }), 200],
  ['ends in a million years', {}, () => ({ exp: 3e13 }), 200],
  ['ends so late that it cannot be represented in milliseconds', {}, () => ({ exp: 1.7e308 }), 200],
  ['was issued in the future, without a maximum age', {}, () => ({ iat: now() + 600 }), 200],
  ['is younger than the maximum age', { maxAgeSeconds: 60 }, () => ({ iat: now() - 30 }), 200],
  ['is older than the maximum age', { maxAgeSeconds: 60 }, () => ({ iat: now() - 70 }), 401, 'The token has expired.'],
  ['has no iat, with a maximum age', { maxAgeSeconds: 60 }, () => ({ iat: undefined }), 401, 'The token lacks a required claim.'],
  ['was issued in the future, with a maximum age', { maxAgeSeconds: 60 }, () => ({ iat: now() + 600 }), 401, 'The token is malformed.'],
  ['was issued slightly in the future, with a maximum age', { maxAgeSeconds: 60 }, () => ({ iat: now() + 3 }), 200],
  ['has one of several audiences', {}, () => ({ aud: ['a', 'public-api', 'b'] }), 200],
  ['has one of the audiences accepted', { audiences: ['a', 'b'] }, () => ({ aud: 'b' }), 200],
  ['has an audience that would be a pattern', { audiences: ['public.api'] }, () => ({ aud: 'public-api' }), 401, 'The audience of the token is not accepted.'],
  ['lacks a required claim', { requiredClaims: ['tenant'] }, () => ({}), 401, 'The token lacks a required claim.'],
  ['has a required claim that is null', { requiredClaims: ['tenant'] }, () => ({ tenant: null }), 401],
  ['has a required claim only in its prototype', { requiredClaims: ['toString'] }, () => ({}), 401],
  ['has a required claim that is empty', { requiredClaims: ['tenant'] }, () => ({ tenant: '' }), 200],
  ['has a required claim that is false', { requiredClaims: ['tenant'] }, () => ({ tenant: false }), 200]
]
for (const [what, options, claims, status, detail] of rows) {
  t.test(`a token that ${what} is ${status === 200 ? 'accepted' : 'refused'}`, async (t) => {
    const send = await identifyingApp(t, { providers: [issuer.provider(options)] })

    const response = await send(`Bearer ${issuer.token(claims())}`)

    t.equal(response.statusCode, status)
    if (detail !== undefined) t.equal(response.json().detail, detail)
  })
}

t.test('a token without an audience is accepted if no audience is configured', async (t) => {
  const { audiences: _, ...provider } = issuer.provider()
  const send = await identifyingApp(t, { providers: [provider] })

  t.equal((await send(`Bearer ${issuer.token({ aud: undefined })}`)).statusCode, 200)
})

const types: Array<[configured: string | undefined, typ: unknown, isAccepted: boolean]> = [
  ['at+jwt', 'at+jwt', true], ['at+jwt', 'AT+JWT', true], ['at+jwt', 'application/at+jwt', true], ['application/at+jwt', 'at+jwt', true],
  ['at+jwt', 'JWT', false], ['at+jwt', undefined, false], ['at+jwt', null, false], ['at+jwt', ['at+jwt'], false], ['at+jwt', 'at+jwt ', false],
  [undefined, undefined, true], [undefined, 'anything', true], [undefined, 5, true]
]
for (const [configured, typ, isAccepted] of types) {
  t.test(`a token with typ ${JSON.stringify(typ)} is ${isAccepted ? 'accepted' : 'refused'} if the configured typ is ${configured ?? 'any'}`, async (t) => {
    const send = await identifyingApp(t, { providers: [issuer.provider(configured === undefined ? {} : { typ: configured })] })

    const response = await send(`Bearer ${issuer.token({}, { typ })}`)

    t.equal(response.statusCode, isAccepted ? 200 : 401)
  })
}

const refuse = (error: unknown) => (): never => { throw error }
const hooks: Array<[what: string, validate: NonNullable<IdentityProvider['validate']>, status: number, code?: string]> = [
  ['returns', () => {}, 200],
  ['resolves', async () => {}, 200],
  ['throws', refuse(new Error('secret')), 401, 'TOKEN_INVALID'],
  ['throws nothing', refuse(undefined), 401, 'TOKEN_INVALID'],
  ['rejects', async () => { throw new Error('secret') }, 401, 'TOKEN_INVALID'],
  ['throws a 403', refuse(Object.assign(new Error('secret'), { statusCode: 403 })), 403, 'FORBIDDEN'],
  ['rejects with a 403', async () => { throw Object.assign(new Error('secret'), { statusCode: 403 }) }, 403, 'FORBIDDEN'],
  ['throws a 200', refuse({ statusCode: 200 }), 401, 'TOKEN_INVALID'],
  ['changes a claim', (claims) => { (claims as { sub: string }).sub = 'bob' }, 401, 'TOKEN_INVALID']
]
for (const [what, validate, status, code] of hooks) {
  t.test(`a token gets ${status} if a custom validate function ${what}`, async (t) => {
    const send = await identifyingApp(t, { providers: [issuer.provider({ validate })] })

    const response = await send(`Bearer ${issuer.token()}`)

    t.equal(response.statusCode, status)
    t.equal(response.json().code, code)
    t.notMatch(response.body, 'secret')
  })
}

t.test('a signed payload that is nested too deeply for the stack is refused', async (t) => {
  const claims = JSON.stringify(goodClaims()).replace(/\}$/, `,"a":${'['.repeat(5500)}${']'.repeat(5500)}}`)
  const send = await identifyingApp(t, { providers: [issuer.provider({ claimsToHeaders: [{ claim: 'a', header: 'x-a' }] })] })

  const response = await send(`Bearer ${signed({ alg: 'RS256', kid: 'test-key' }, claims, issuer.privateKey)}`)

  t.equal(response.statusCode, 401)
})
