import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { normalizeTokenSource } from '../../lib/config/normalize-identity.ts'
import { type CredentialRules, findCredential } from '../../lib/verify-identity/credential.ts'
import { tokenSource } from '../../lib/verify-identity/token-source.ts'
import type { TokenSource } from '../../types/index.ts'

/** Makes a request with these headers. */
function requestOf (fields: ReadonlyArray<readonly [name: string, value: string]>): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.rawHeaders = fields.flat()
  for (const [field, value] of fields) {
    const name = field.toLowerCase()
    // Node joins cookies, and keeps the first Authorization.
    request.headers[name] = name === 'cookie' && request.headers.cookie !== undefined ? `${request.headers.cookie}; ${value}` : request.headers[name] ?? value
  }
  return request
}

const ignore: CredentialRules = { otherSchemes: 'ignore', onOpaque: 'reject', isOrdered: false }
const reject: CredentialRules = { ...ignore, otherSchemes: 'reject' }
const bearer = tokenSource(normalizeTokenSource({ header: 'authorization' }))
const token = { kind: 'token', token: 'a.b-_.c' }
const cases: Array<[sentence: string, values: string[], found: { kind: string, token?: string }]> = [
  ['no Authorization is no credential', [], { kind: 'none' }],
  ['a bearer token is found', ['Bearer a.b-_.c'], token],
  ['the scheme has no case', ['bEARER a.b-_.c'], token],
  ['several blanks are allowed', ['Bearer   a.b-_.c  '], token],
  ['Bearer alone is malformed', ['Bearer'], { kind: 'malformed' }],
  ['Bearer and blanks are malformed', ['Bearer   '], { kind: 'malformed' }],
  ['an empty value is malformed', [''], { kind: 'malformed' }],
  ['blanks alone are malformed', ['   '], { kind: 'malformed' }],
  ['a token without a scheme is malformed', ['a.b.c'], { kind: 'malformed' }],
  ['a token without a scheme, and something behind it, is malformed', ['a.b.c d'], { kind: 'malformed' }],
  ['a no-break space is not a blank', ['\xa0Bearer a.b.c'], { kind: 'malformed' }],
  ['a no-break space between is not a blank', ['Bearer\xa0a.b.c'], { kind: 'malformed' }],
  ['quotes are malformed', ['Bearer "a.b.c"'], { kind: 'malformed' }],
  ['a blank inside is malformed', ['Bearer a.b .c'], { kind: 'malformed' }],
  ['a tab between is malformed', ['Bearer\ta.b.c'], { kind: 'malformed' }],
  ['a colon after the scheme is malformed', ['Bearer: a.b.c'], { kind: 'malformed' }],
  ['an equals sign after the scheme is malformed', ['Bearer=a.b.c'], { kind: 'malformed' }],
  ['a scheme twice is malformed', ['Bearer Bearer a.b.c'], { kind: 'malformed' }],
  ['a scheme that begins like ours is malformed', ['Bearer-token a.b.c'], { kind: 'malformed' }],
  ['a list of two tokens is malformed', ['Bearer a.b.c, Bearer d.e.f'], { kind: 'malformed' }],
  ['another scheme with a token behind it is malformed', ['Basic eA==, Bearer a.b.c'], { kind: 'malformed' }],
  ['two lines are malformed', ['Bearer a.b-_.c', 'Bearer a.b-_.c'], { kind: 'malformed' }],
  ['a second line of another scheme is malformed', ['Basic eA==', 'Bearer a.b.c'], { kind: 'malformed' }],
  ['an empty second line is malformed', ['Bearer a.b.c', ''], { kind: 'malformed' }],
  ['Basic is another scheme', ['Basic eA=='], { kind: 'other-scheme' }],
  ['Digest is another scheme', ['Digest username="a", realm="b"'], { kind: 'other-scheme' }],
  ['a scheme with a hyphen is another scheme', ['AWS4-HMAC-SHA256 Credential=a'], { kind: 'other-scheme' }],
  ['a scheme alone is malformed', ['Negotiate'], { kind: 'malformed' }]
]
for (const [sentence, values, found] of cases) {
  t.test(sentence, async (t) => {
    const request = requestOf(values.map((value) => ['aUthorization', value]))

    t.strictSame(bearer.find(request), found)
  })
}

const places: Array<[sentence: string, source: TokenSource, field: [string, string], found: string | null]> = [
  ['a header without a prefix has a token', { header: 'X-Token' }, ['x-token', 'a.b.c'], 'a.b.c'],
  ['a header with a prefix has a token behind it', { header: 'x-token', prefix: 'Token ' }, ['X-Token', 'token  a.b.c'], 'a.b.c'],
  ['a prefix need not end with a blank', { header: 'x-token', prefix: 'v1:' }, ['X-Token', 'V1:a.b.c'], 'a.b.c'],
  ['a prefix has no pattern in it', { header: 'x-token', prefix: 'a.c ' }, ['X-Token', 'abc x.y.z'], null],
  ['a header without its prefix is malformed', { header: 'x-token', prefix: 'Token ' }, ['X-Token', 'a.b.c'], null],
  ['a scheme of another header is malformed', { header: 'x-token' }, ['X-Token', 'Bearer a.b.c'], null],
  ['another scheme in a header of our own is malformed', { header: 'x-token' }, ['X-Token', 'Basic eA=='], null],
  ['a list in a header is malformed', { header: 'x-token' }, ['X-Token', 'a.b.c, d.e.f'], null],
  ['an empty header is malformed', { header: 'x-token' }, ['X-Token', ''], null],
  ['a cookie has a token', { cookie: 'session' }, ['cookie', 'a=1; session=a.b.c; b=2'], 'a.b.c'],
  ['a cookie may be quoted', { cookie: 'session' }, ['cookie', 'session="a.b.c"'], 'a.b.c'],
  ['a cookie that is there twice is malformed', { cookie: 'session' }, ['cookie', 'session=a.b.c; session=a.b.c'], null],
  ['an empty cookie is malformed', { cookie: 'session' }, ['cookie', 'session='], null],
  ['a cookie with half a quote is malformed', { cookie: 'session' }, ['cookie', 'session="a.b.c'], null],
  ['a cookie with a blank in it is malformed', { cookie: 'session' }, ['cookie', 'session=a.b c'], null]
]
for (const [sentence, source, field, found] of places) {
  t.test(sentence, async (t) => {
    const result = tokenSource(normalizeTokenSource(source)).find(requestOf([field]))

    t.strictSame(result, found === null ? { kind: 'malformed' } : { kind: 'token', token: found })
  })
}

for (const cookie of ['Session=a.b.c', 'sessions=a.b.c', 'a=session=a.b.c', 'x-session=a.b.c']) {
  t.test(`the cookie ${cookie} does not match the source`, async (t) => {
    t.strictSame(tokenSource({ cookie: 'session' }).find(requestOf([['Cookie', cookie]])), { kind: 'none' })
  })
}

t.test('a cookie on two lines is malformed', async (t) => {
  const request = requestOf([['cookie', 'session=a.b.c'], ['Cookie', 'session=a.b.c']])

  t.strictSame(tokenSource({ cookie: 'session' }).find(request), { kind: 'malformed' })
})

t.test('the same token in two places is accepted, and two different tokens are refused', async (t) => {
  const sources = [bearer, tokenSource({ cookie: 'session' }), tokenSource({ query: 'access_token' })]
  const same = requestOf([['authorization', 'Bearer a.b.c'], ['cookie', 'session=a.b.c']])
  const different = requestOf([['authorization', 'Bearer a.b.c'], ['cookie', 'session=a.b.d']])

  t.strictSame(findCredential(same, sources, ignore), { token: 'a.b.c', source: bearer, isOpaque: false })
  t.throws(() => findCredential(different, sources, ignore), { code: 'TOKEN_INVALID', message: 'The request has more than one token.' })
})

t.test('a token next to a malformed one is refused', async (t) => {
  const sources = [bearer, tokenSource({ cookie: 'session' })]
  const request = requestOf([['authorization', 'Bearer a.b.c'], ['cookie', 'session=']])

  t.throws(() => findCredential(request, sources, ignore), { code: 'TOKEN_INVALID' })
})

t.test('another scheme is ignored or refused as configured', async (t) => {
  const request = requestOf([['authorization', 'Basic eA==']])

  t.equal(findCredential(request, [bearer], ignore), null)
  t.throws(() => findCredential(request, [bearer], reject), { code: 'TOKEN_INVALID', statusCode: 401 })
})

t.test('a header is removed from all lines in any case, and nothing else is', async (t) => {
  const request = requestOf([['A', '1'], ['authorization', 'Bearer a.b.c'], ['B', '2'], ['AUTHORIZATION', 'x']])

  bearer.remove(request)

  t.strictSame(request.rawHeaders, ['A', '1', 'B', '2'])
  t.strictSame(request.headers, { a: '1', b: '2' })
})

t.test('a cookie is removed, and the others are unchanged', async (t) => {
  const request = requestOf([['Cookie', 'a=1; session=a.b.c; b="2"'], ['X', '1']])

  tokenSource({ cookie: 'session' }).remove(request)

  t.strictSame(request.rawHeaders, ['Cookie', 'a=1; b="2"', 'X', '1'])
  t.strictSame({ ...request.headers }, { x: '1', cookie: 'a=1; b="2"' })
})

t.test('removing the only cookie removes the header', async (t) => {
  const request = requestOf([['Cookie', 'session=a.b.c']])

  tokenSource({ cookie: 'session' }).remove(request)

  t.strictSame(request.rawHeaders, [])
  t.strictSame(request.headers, {})
})
