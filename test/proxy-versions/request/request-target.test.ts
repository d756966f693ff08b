import t from 'tap'
import { hidesPath, isTraversal, isUnder, mountedAt, pathBehind, splitTarget } from '../../../lib/proxy-versions/request/request-target.ts'

const refused = [
  '/..', '/a/..', '/a/../b', '/%2e%2e/b', '/%2E./b', '/.%2e', '/a%2f..%2fb', '/a/..%2fb', '/a\\..\\b', '/a/..\\b', '/a%5c..%5cb', '/a%5C%2e%2e',
  '/..;/b', '/a/..;x=1/b', '/..%3b/b', '/a%00', '/a\0', '/a\\b', '/a#/../b', '/%2e%2e;a/b',
  '/%c0%ae%c0%ae/b', '/%C0%AF', '/a%c1%9c', '/%e0%80%ae', '/%E0%9F%BF', '/%f0%80%80%ae'
]
for (const path of refused) {
  t.test(`${JSON.stringify(path)} is refused`, async (t) => {
    t.equal(isTraversal(path), true)
  })
}

const passed = ['/', '/a/b', '/a..b', '/..a', '/a../b', '/...', '/a/./b', '/a%20b', '/%252e%252e/b', '/a;b=..', '/a%2fb', '/a//b', '/%61pi', '/%ff', '/a%2', '/caf%E9', '/%C0', '/%c0%20la', '/%E0%A0%80', '/%f0%90%80%80']
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

const behind: Array<[prefix: string, path: string, rest: string]> = [
  ['', '/a', '/a'], ['', '/', '/'], ['/api', '/api', ''], ['/api', '/api/', '/'], ['/api', '/api/a/b', '/a/b'], ['/api/', '/api/a', '/a'],
  ['/api', '/%61pi/a', '/a'], ['/:tenant/api', '/a%2fb/api/o', '/o']
]
for (const [prefix, path, rest] of behind) {
  t.test(`behind the prefix '${prefix}', ${path} goes on with '${rest}'`, async (t) => {
    t.equal(pathBehind(path, mountedAt(prefix, { initialConfig: {} })), rest)
  })
}

for (const [path, isHidden] of [['/api;x/admin', true], ['/api;x', true], ['/api;', true], ['/api/a;x', false], ['/api/a', false]] as const) {
  t.test(`a router that ends paths at ; ${isHidden ? 'has not read all' : 'has read all'} of the prefix of ${path}`, async (t) => {
    const mounted = mountedAt('/api', { initialConfig: { routerOptions: { useSemicolonDelimiter: true } as object } })

    t.equal(hidesPath(path, mounted), isHidden)
  })
}

t.test('a segment that is not valid UTF-8 when it is decoded is compared as it is', async (t) => {
  const mounted = mountedAt('/api', { initialConfig: {} as never })

  t.equal(isUnder(mounted, '/%61pi/a'), true)
  t.equal(isUnder(mounted, '/%FF/a'), false)
})
