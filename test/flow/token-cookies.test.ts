import t from 'tap'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'

const issuer = makeIssuer()
const token = issuer.token()
const third = Math.ceil(token.length / 3)
const chunks = [token.slice(0, third), token.slice(third, 2 * third), token.slice(2 * third)]

const cookies: Array<[what: string, cookie: string, status: number]> = [
  ['the token', `s=${token}`, 200], ['a scheme', `s=Bearer ${token}`, 200], ['a scheme in quotes', `s="bearer ${token}"`, 200],
  ['an encoded scheme', `s=Bearer%20${token}`, 200], ['chunks', chunks.map((chunk, index) => `s.${index}=${chunk}`).join('; '), 200],
  ['chunks in another order, with a scheme', `s.2=${chunks[2]!}; s.1=${chunks[1]!}; s.0=Bearer ${chunks[0]!}`, 200],
  ['chunks without the second', `s.0=${chunks[0]!}; s.2=${chunks[2]!}`, 401], ['a chunk twice', `s.0=${token}; s.0=${token}`, 401],
  ['only a scheme', 's=Bearer ', 401], ['another scheme', `s=Basic ${token}`, 401], ['no first chunk', `s.1=${token}`, 200]
]
t.test('a cookie can contain the scheme and can be split into chunks', async (t) => {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ tokenSources: [{ cookie: 's' }], forwardToken: false })] })

  for (const [what, cookie, status] of cookies) {
    const response = await app.inject({ url: '/', headers: { cookie: `a=1; ${cookie}` } })
    t.equal(response.statusCode, status, what)
    if (status === 200 && what !== 'no first chunk') {
      const { identity, headers } = response.json<{ identity: object, headers: { cookie: string } }>()
      t.match([identity, headers], [{ provider: 'test-idp' }, { cookie: /^a=1;?$/ }], what)
    }
  }
})

t.test('a longer token is accepted if the config allows it', async (t) => {
  const authorization = `Bearer ${issuer.token({ groups: 'x'.repeat(20_000) })}`
  const statusOf = async (options: { maxTokenBytes?: number }) => {
    const app = await makeIdentifyingApp(t, { providers: [issuer.provider()], ...options })
    return (await app.inject({ url: '/', headers: { authorization } })).statusCode
  }

  t.strictSame([await statusOf({}), await statusOf({ maxTokenBytes: 65_536 })], [401, 200])
})
