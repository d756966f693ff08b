import { test } from 'tap'
import { ruleFor, tableOf } from '../helpers/routed-request.ts'

const table = tableOf({
  every: {},
  com: { hosts: ['*.com'] },
  wildcard: { hosts: ['*.Example.com'] },
  longer: { hosts: ['*.eu.example.com'] },
  exact: { hosts: ['API.example.com.', 'one.eu.example.com'] },
  orders: { hosts: ['shop.example.com'], matches: [{ path: { prefix: '/orders' } }] }
})

const cases: Array<[line: string, rule: string]> = [
  ['api.example.com/', 'exact'],
  ['one.eu.example.com/', 'exact'],
  ['two.eu.example.com/', 'longer'],
  ['a.two.eu.example.com/', 'longer'],
  ['eu.example.com/', 'wildcard'],
  ['a.b.example.com/', 'wildcard'],
  ['example.com/', 'com'],
  ['.example.com/', 'com'],
  ['notexample.com/', 'com'],
  ['com/', 'every'],
  ['localhost/', 'every'],
  ['/', 'every'],
  ['shop.example.com/orders/7', 'orders'],
  ['shop.example.com/users', 'wildcard']
]
for (const [line, rule] of cases) {
  test(`${line} matches the rule '${rule}'`, async (t) => {
    t.equal(ruleFor(table, line), rule)
  })
}

test('a host without a rule matches none', async (t) => {
  const named = tableOf({ exact: { hosts: ['api.test'] }, wildcard: { hosts: ['*.a.test'] } })

  t.strictSame(['b.test/', 'a.test/', 'test/'].map((line) => ruleFor(named, line)), [undefined, undefined, undefined])
})
