import { test } from 'tap'
import { alternativesOf, headersOf } from '../../lib/routes/alternative.ts'

test('a path without a normal form is compared as it is written', async (t) => {
  const matches = [{ path: { exact: '/a%zz' } }, { path: { prefix: '/b%zz/' } }, { path: { regex: '/c.*' } }]

  const alternatives = alternativesOf({ name: 'all', matches })

  t.strictSame(alternatives.map(({ kind, path, prefix }) => [kind, path, prefix]), [
    ['exact', '/a%zz', null], ['prefix', '/b%zz', '/b%zz'], ['regex', '/c.*', null]
  ])
})

test('a rule without matches has one alternative for every request', async (t) => {
  const [one, ...others] = alternativesOf({ name: 'all', hosts: ['API.test.', 'api.test'] })

  t.match(one, { kind: 'prefix', path: '', isUnconditional: true, rule: { hosts: ['api.test'] } })
  t.strictSame(others, [])
})

test('cookies are read from their header', async (t) => {
  const alternatives = alternativesOf({ name: 'all', matches: [{ cookies: { a: '1' } }, { headers: { 'X-A': '1' } }, { query: { b: '1' } }] })

  t.strictSame([...headersOf(alternatives)], ['cookie', 'x-a'])
})
