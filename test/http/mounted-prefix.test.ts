import t from 'tap'
import { isUnder, mountedAt, pathBehind } from '../../lib/http/mounted-prefix.ts'

const behind: Array<[prefix: string, path: string, rest: string]> = [
  ['', '/a', '/a'], ['', '/', '/'], ['/api', '/api', ''], ['/api', '/api/', '/'], ['/api', '/api/a/b', '/a/b'], ['/api/', '/api/a', '/a'],
  ['/api', '/%61pi/a', '/a'], ['/:tenant/api', '/a%2fb/api/o', '/o']
]
for (const [prefix, path, rest] of behind) {
  t.test(`after the prefix '${prefix}', the rest of ${path} is '${rest}'`, async (t) => {
    t.equal(pathBehind(path, mountedAt(prefix, { initialConfig: {} })), rest)
  })
}

t.test('a segment that does not decode to valid UTF-8 is compared without decoding', async (t) => {
  const mounted = mountedAt('/api', { initialConfig: {} as never })

  t.equal(isUnder(mounted, '/%61pi/a'), true)
  t.equal(isUnder(mounted, '/%FF/a'), false)
})
