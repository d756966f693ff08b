import { test } from 'tap'
import type { RouteMatch } from '../../types/index.ts'
import { ruleFor, tableFor, tableOf } from '../helpers/routed-request.ts'

const headers = { a: '1', b: '2', cookie: 'c=3' }
const line = 'GET /orders/7?q=1&r=2'

/** Each is less specific than the one after it. */
const ascending: Array<[name: string, match: RouteMatch]> = [
  ['nothing', {}],
  ['one parameter', { query: { q: '1' } }],
  ['two parameters', { query: { q: '1', r: '2' } }],
  ['one header', { headers: { a: '1' } }],
  ['one header and a parameter', { headers: { b: '2' }, query: { q: '1' } }],
  ['a header and a cookie', { headers: { a: '1' }, cookies: { c: '3' } }],
  ['method', { method: 'GET' }],
  ['method and header', { method: 'GET', headers: { a: '1' } }],
  ['prefix', { path: { prefix: '/orders' } }],
  ['longer prefix', { path: { prefix: '/orders/7' } }],
  ['regex', { path: { regex: '/o.*' } }],
  ['longer regex', { path: { regex: '/order.*' } }],
  ['exact path', { path: { exact: '/orders/7' } }]
]
for (const [index, [name]] of ascending.entries()) {
  test(`${name} precedes all less specific alternatives`, async (t) => {
    const lower = ascending.slice(0, index + 1)

    t.equal(ruleFor(tableFor(Object.fromEntries(lower)), line, headers), name)
    t.equal(ruleFor(tableFor(Object.fromEntries(lower.toReversed())), line, headers), name)
  })
}

test('the first of equal rules precedes', async (t) => {
  const table = tableOf({ one: { matches: [{ headers: { b: '2' } }, { headers: { a: '1' } }] }, two: { matches: [{ headers: { a: '1' } }] } })

  t.equal(ruleFor(table, line, headers), 'one')
})
