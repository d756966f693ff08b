import { test } from 'tap'
import { routed, ruleFor, tableFor } from '../helpers/routed-request.ts'

const table = tableFor({
  rest: {},
  exact: { path: { exact: '/orders' } },
  exactSlash: { path: { exact: '/carts/' } },
  regex: { path: { regex: '/v[0-9]+/.*' } },
  longerRegex: { path: { regex: '/v[0-9]+/users/.*' } },
  prefix: { path: { prefix: '/users' } },
  deep: { path: { prefix: '/users/7/orders/' } },
  behindRegex: { path: { prefix: '/v1/users/7' } },
  encoded: { path: { prefix: '/%61dmin//caf%c3%a9' } }
})

const cases: Array<[line: string, rule: string]> = [
  ['/orders', 'exact'],
  ['/orders/', 'rest'],
  ['/carts/', 'exactSlash'],
  ['/carts', 'rest'],
  ['/v1/a', 'regex'],
  ['/v1/users/7', 'longerRegex'],
  ['/users', 'prefix'],
  ['/users/', 'prefix'],
  ['/users/8', 'prefix'],
  ['/usersearch', 'rest'],
  ['/users/7/orders', 'deep'],
  ['/users/7/orders/1/2/3', 'deep'],
  ['/users/7/ordersearch', 'prefix'],
  ['/admin/caf%C3%A9/x', 'encoded'],
  ['/Orders', 'rest'],
  ['/', 'rest'],
  ['', 'rest']
]
for (const [line, rule] of cases) {
  test(`'${line}' matches the rule '${rule}'`, async (t) => {
    t.equal(ruleFor(table, line), rule)
  })
}

const prefixes: Array<[line: string, prefix: string | null]> = [
  ['/users/7/orders/1', '/users/7/orders'], ['/other', ''], ['/orders', null], ['/v1/a', null]
]
for (const [line, prefix] of prefixes) {
  test(`the prefix of the match of ${line} is ${JSON.stringify(prefix)}`, async (t) => {
    t.equal(table.match(routed(line))?.prefix, prefix)
  })
}

test('the bare prefix of the gateway counts as /', async (t) => {
  const ofRoot = tableFor({ root: { path: { exact: '/' } } })

  t.equal(ruleFor(ofRoot, ''), 'root')
})
