import t from 'tap'
import { type Credential, findCredential } from '../../lib/verify-identity/token-source.ts'

const token: Credential = { kind: 'token', token: 'a.b-_.c' }
const cases: Array<[sentence: string, values: string[], credential: Credential]> = [
  ['no Authorization is no credential', [], { kind: 'none' }],
  ['a bearer token is found', ['Bearer a.b-_.c'], token],
  ['the scheme has no case', ['bEARER a.b-_.c'], token],
  ['several blanks are allowed', ['Bearer   a.b-_.c  '], token],
  ['Bearer alone is malformed', ['Bearer'], { kind: 'malformed' }],
  ['Bearer and blanks are malformed', ['Bearer   '], { kind: 'malformed' }],
  ['an empty value is malformed', [''], { kind: 'malformed' }],
  ['a token without a scheme is malformed', ['a.b.c'], { kind: 'malformed' }],
  ['a no-break space is not a blank', ['\xa0Bearer a.b.c'], { kind: 'malformed' }],
  ['quotes are malformed', ['Bearer "a.b.c"'], { kind: 'malformed' }],
  ['a blank inside is malformed', ['Bearer a.b .c'], { kind: 'malformed' }],
  ['a tab between is malformed', ['Bearer\ta.b.c'], { kind: 'malformed' }],
  ['a colon after the scheme is malformed', ['Bearer: a.b.c'], { kind: 'malformed' }],
  ['a list of two tokens is malformed', ['Bearer a.b.c, Bearer d.e.f'], { kind: 'malformed' }],
  ['another scheme with a token behind it is malformed', ['Basic eA==, Bearer a.b.c'], { kind: 'malformed' }],
  ['two lines are malformed', ['Bearer a.b.c', 'Bearer a.b.c'], { kind: 'malformed' }],
  ['a second line of another scheme is malformed', ['Basic eA==', 'Bearer a.b.c'], { kind: 'malformed' }],
  ['Basic is another scheme', ['Basic eA=='], { kind: 'other-scheme' }],
  ['Digest is another scheme', ['Digest username="a", realm="b"'], { kind: 'other-scheme' }]
]

for (const [sentence, values, credential] of cases) {
  t.test(sentence, async (t) => {
    const rawHeaders = ['Host', 'api.test', ...values.flatMap((value) => ['aUthorization', value])]

    t.strictSame(findCredential(rawHeaders), credential)
  })
}
