import t from 'tap'
import { mountedAt } from '../../../lib/http/mounted-prefix.ts'
import { hidesPath, isTraversal } from '../../../lib/proxy-versions/request/request-target.ts'

const refused = [
  '/..', '/a/..', '/a/../b', '/%2e%2e/b', '/%2E./b', '/.%2e', '/a%2f..%2fb', '/a/..%2fb', '/a\\..\\b', '/a/..\\b', '/a%5c..%5cb', '/a%5C%2e%2e',
  '/..;/b', '/a/..;x=1/b', '/..%3b/b', '/a%00', '/a\0', '/a\\b', '/a#/../b', '/%2e%2e;a/b',
  '/%c0%ae%c0%ae/b', '/%C0%AF', '/a%c1%9c', '/%e0%80%ae', '/%E0%9F%BF', '/%f0%80%80%ae'
]
for (const path of refused) {
  t.test(`${JSON.stringify(path)} is detected as a path traversal`, async (t) => {
    t.equal(isTraversal(path), true)
  })
}

const passed = ['/', '/a/b', '/a..b', '/..a', '/a../b', '/...', '/a/./b', '/a%20b', '/%252e%252e/b', '/a;b=..', '/a%2fb', '/a//b', '/%61pi', '/%ff', '/a%2', '/caf%E9', '/%C0', '/%c0%20la', '/%E0%A0%80', '/%f0%90%80%80']
for (const path of passed) {
  t.test(`${path} is not a path traversal`, async (t) => {
    t.equal(isTraversal(path), false)
  })
}

for (const [path, isHidden] of [['/api;x/admin', true], ['/api;x', true], ['/api;', true], ['/api/a;x', false], ['/api/a', false]] as const) {
  t.test(`a router with semicolon delimiters ${isHidden ? 'has not read all' : 'has read all'} of the prefix of ${path}`, async (t) => {
    const mounted = mountedAt('/api', { initialConfig: { routerOptions: { useSemicolonDelimiter: true } as object } })

    t.equal(hidesPath(path, mounted), isHidden)
  })
}
