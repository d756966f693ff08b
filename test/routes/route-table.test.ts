import { test } from 'tap'
import { RouteTable } from '../../lib/routes/route-table.ts'
import { routed, ruleFor, tableFor, tableOf } from '../helpers/routed-request.ts'

test('a table without rules matches nothing', async (t) => {
  const table = new RouteTable([])

  t.equal(table.match(routed('/')), null)
  t.equal(table.readsHeaders.size, 0)
})

test('the match has the config of its rule', async (t) => {
  const config = { name: 'orders', to: 'v1' }

  const match = new RouteTable([config]).match(routed('/'))

  t.equal(match?.rule.config, config)
})

test('a table knows the headers that it reads', async (t) => {
  const table = tableFor({ one: { headers: { 'X-A': '1', 'x-b': { regex: '.' } }, query: { q: '1' } }, two: { cookies: { c: '1' } } })

  t.strictSame([...table.readsHeaders].sort(), ['cookie', 'x-a', 'x-b'])
})

test('only the headers that rules on a path read decide there', async (t) => {
  const table = tableOf({
    beta: { matches: [{ path: { prefix: '/orders' }, headers: { 'x-beta': '1' } }] },
    orders: { matches: [{ path: { prefix: '/orders' } }] },
    session: { matches: [{ path: { prefix: '/' }, cookies: { session: '1' } }] },
    host: { hosts: ['*.test'], matches: [{ path: { exact: '/users' }, headers: { 'x-user': '1' } }] }
  })

  t.strictSame(table.headersFor(routed('/orders/7')), ['x-beta'])
  t.strictSame(table.headersFor(routed('/other')), ['cookie'])
  t.strictSame(table.headersFor(routed('/users')), ['x-user', 'cookie'])
})

test('a request does not see the query and the cookies of the request before', async (t) => {
  const table = tableFor({ query: { query: { a: '1' } }, cookie: { cookies: { a: '1' } }, rest: {} })

  t.strictSame([ruleFor(table, '/?a=1'), ruleFor(table, '/', { cookie: 'a=1' }), ruleFor(table, '/')], ['query', 'cookie', 'rest'])
})

test('a table of 100,000 rules is compiled', async (t) => {
  const table = new RouteTable(Array.from({ length: 100_000 }, (_, index) => ({ name: `r${index}`, matches: [{ path: { prefix: `/p${index}` } }] })))

  t.equal(ruleFor(table, '/p99999/items'), 'r99999')
})
