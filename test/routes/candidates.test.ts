import { test } from 'tap'
import type { RouteMatch } from '../../types/index.ts'
import { ruleFor, tableFor } from '../helpers/routed-request.ts'

/** Makes a table with many alternatives of a kind, and others. */
function tableWith (makeMatch: (index: number) => RouteMatch, others: Record<string, RouteMatch> = {}) {
  return tableFor({ ...Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`rule-${index}`, makeMatch(index)])), ...others })
}

test('rules that differ by a header value are found', async (t) => {
  const table = tableWith((index) => ({ headers: { 'x-tenant': `t${index}` } }))

  t.equal(ruleFor(table, '/', { 'x-tenant': 't49' }), 'rule-49')
  t.equal(ruleFor(table, '/', { 'x-tenant': 't50' }), undefined)
  t.equal(ruleFor(table, '/'), undefined)
})

test('rules that differ by a query value are found', async (t) => {
  const table = tableWith((index) => ({ query: { tenant: `t${index}` } }))

  t.equal(ruleFor(table, '/?tenant=t7'), 'rule-7')
})

test('rules that differ by a cookie are found', async (t) => {
  const table = tableWith((index) => ({ cookies: { tenant: `t${index}` } }))

  t.equal(ruleFor(table, '/', { cookie: 'tenant=t7' }), 'rule-7')
})

test('rules with the same value of one header are found by another one', async (t) => {
  const table = tableWith((index) => ({ method: 'GET', headers: { 'x-region': `r${index % 2}`, 'x-tenant': `t${index}` } }))

  t.equal(ruleFor(table, '/', { 'x-region': 'r1', 'x-tenant': 't7' }), 'rule-7')
  t.equal(ruleFor(table, '/', { 'x-region': 'r0', 'x-tenant': 't7' }), undefined)
})

test('a more specific rule without the indexed value precedes', async (t) => {
  const others = { specific: { headers: { 'x-a': '1', 'x-b': { regex: '2|3' } } }, rest: {} }
  const table = tableWith((index) => ({ headers: { 'x-tenant': `t${index}` } }), others)

  t.equal(ruleFor(table, '/', { 'x-tenant': 't7', 'x-a': '1', 'x-b': '2' }), 'specific')
  t.equal(ruleFor(table, '/', { 'x-tenant': 't7', 'x-a': '1' }), 'rule-7')
  t.equal(ruleFor(table, '/', { 'x-tenant': 'other' }), 'rest')
})

test('the better one of two indexed rules is found', async (t) => {
  const table = tableWith((index) => index % 2 === 0
    ? { headers: { 'x-tenant': `t${index}` } }
    : { headers: { 'x-user': `u${index}` }, query: { a: '1' } })

  t.equal(ruleFor(table, '/?a=1', { 'x-tenant': 't8', 'x-user': 'u9' }), 'rule-9')
  t.equal(ruleFor(table, '/', { 'x-tenant': 't8', 'x-user': 'u9' }), 'rule-8')
})

test('many equal rules leave the first one', async (t) => {
  const table = tableWith(() => ({ headers: { 'x-tenant': 't' } }))

  t.equal(ruleFor(table, '/', { 'x-tenant': 't' }), 'rule-0')
})
