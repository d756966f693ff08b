import t from 'tap'
import { checkKeyFetching } from '../../lib/config/check-key-fetching.ts'
import { gatewayProblems, collected, pathsOf } from '../helpers/problems.ts'

const problemsOf = (options: object) => collected((problems) => checkKeyFetching(problems, ['jwks'], options))

t.test('valid headers and proxies are accepted', async (t) => {
  t.same(problemsOf({ headers: { 'X-Key': 'a b\tc', host: 'idp.test', empty: '' }, proxy: 'http://me:p%40ss@proxy:3128' }), [])
  t.same(problemsOf({ proxy: false }), [])
  t.same(problemsOf({}), [])
})

for (const [name, value, message] of [
  ['x key', '1', /is not a header name/],
  ['x-key:', '1', /is not a header name/],
  ['', '1', /is not a header name/],
  ['x-k\u00eby', '1', /is not a header name/],
  ['x-key', 'a\nb', /is not a valid header value/],
  ['x-key', 'a\0', /is not a valid header value/],
  ['x-key', ' a', /is not a valid header value/],
  ['x-key', 'a\t', /is not a valid header value/],
  ['x-key', '\u20ac', /is not a valid header value/],
  ['Transfer-Encoding', 'chunked', /set by the HTTP client/],
  ['connection', 'close', /set by the HTTP client/]
] as const) {
  t.test(`the headers of key fetches cannot include ${JSON.stringify({ [name]: value })}`, async (t) => {
    const problems = problemsOf({ headers: { [name]: value } })

    t.match(problems, [{ path: name === 'x-key' ? 'jwks.headers.x-key' : /^jwks\.headers/, message }])
  })
}

t.test('the same header in two spellings is rejected', async (t) => {
  t.match(problemsOf({ headers: { 'x-key': '1', 'X-Key': '2' } }), [{ path: 'jwks.headers.X-Key', message: /same header as 'x-key'/ }])
})

t.test('a header value that is not a string is rejected', async (t) => {
  const jwks = { url: 'https://idp.test/keys', headers: { 'x-a': 5, 'x-b': ['x'] } }
  const problems = gatewayProblems({ identity: { providers: [{ name: 'idp', issuer: 'https://idp.test', jwks }] } })

  t.strictSame(pathsOf(problems), ['identity.providers[0].jwks.headers.x-a', 'identity.providers[0].jwks.headers.x-b'])
  t.match(problems[0]!.message, 'expected a header value, got a number.')
})

for (const [proxy, shown] of [
  ['proxy:3128', "'proxy:3128'"], ['', "''"], ['http://:3128', "'http://:3128'"], ['http://proxy:99999', "'http://proxy:99999'"],
  ['socks5://proxy:1', "'socks5://proxy:1'"], ['http://me:100%@proxy:1', "'http://***@proxy:1'"]
] as const) {
  t.test(`${proxy} is rejected as a proxy address`, async (t) => {
    const [problem] = problemsOf({ proxy })

    t.match(problem, { path: 'jwks.proxy', message: `expected the address of a proxy, got ${shown}. Write 'http://proxy:3128', or false for none.` })
  })
}
