import t from 'tap'
import { isTraversal, splitTarget } from '../../lib/proxy-versions/request-target.ts'

const refused = [
  '/..', '/a/..', '/a/../b', '/%2e%2e/b', '/%2E./b', '/.%2e', '/a%2f..%2fb', '/a/..%2fb', '/a\\..\\b', '/a/..\\b', '/a%5c..%5cb', '/a%5C%2e%2e',
  '/..;/b', '/a/..;x=1/b', '/..%3b/b', '/a%00', '/a\0', '/a\\b', '/a#/../b', '/%2e%2e;a/b'
]
for (const path of refused) {
  t.test(`${JSON.stringify(path)} is refused`, async (t) => {
    t.equal(isTraversal(path), true)
  })
}

const passed = ['/', '/a/b', '/a..b', '/..a', '/a../b', '/...', '/a/./b', '/a%20b', '/%252e%252e/b', '/a;b=..', '/a%2fb', '/a//b', '/%61pi', '/%ff', '/a%2']
for (const path of passed) {
  t.test(`${path} is passed`, async (t) => {
    t.equal(isTraversal(path), false)
  })
}

t.test('a target is split at its first question mark', async (t) => {
  t.strictSame(splitTarget('/a?b?c=1'), ['/a', '?b?c=1'])
  t.strictSame(splitTarget('/a?'), ['/a', '?'])
  t.strictSame(splitTarget('/a'), ['/a', ''])
})
