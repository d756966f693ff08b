import { test } from 'tap'
import { fromPath } from '../../../lib/index.ts'
import { contextOf } from '../../../lib/stage/context.ts'
import type { FromPathOptions } from '../../../types/index.ts'
import { fakeRequest, consume } from '../../helpers/fake-request.ts'

const release: FromPathOptions = { pattern: /^release-(.+)$/ }
const loose: FromPathOptions = { pattern: /(v\d)/ }
const cases: Array<
  [route: string | null, url: string, options: FromPathOptions | undefined, version: string | undefined, left: string]
> = [
  ['/api/*', '/api/v2/orders', undefined, 'v2', '/api/orders'],
  ['/api/*', '/api/V2/orders?a=%2f&b', undefined, 'V2', '/api/orders?a=%2f&b'],
  ['/api/*', '/api/v2', undefined, 'v2', '/api'],
  ['/api/*', '/api/v2/', undefined, 'v2', '/api/'],
  ['/api/*', '/api/v2?x', undefined, 'v2', '/api?x'],
  ['/api/*', '/%61pi/v2/a', undefined, 'v2', '/%61pi/a'],
  ['/*', '/v2', undefined, 'v2', '/'],
  ['/*', '/v1.0/orders', undefined, 'v1.0', '/orders'],
  ['/*', '/V1.2.3', undefined, 'V1.2.3', '/'],
  ['/*', '/v1./orders', undefined, undefined, '/v1./orders'],
  ['/*', '/v1..0/orders', undefined, undefined, '/v1..0/orders'],
  ['/*', '/v1.x/orders', undefined, undefined, '/v1.x/orders'],
  ['/*', '/v2?x', undefined, 'v2', '/?x'],
  ['/*', '/v2/orders', undefined, 'v2', '/orders'],
  ['/*', 'http://api.test/v2/orders', undefined, 'v2', 'http://api.test/orders'],
  ['/*', 'HTTP://api.test/v2?x', undefined, 'v2', 'HTTP://api.test/?x'],
  ['/*', 'http://api.test?x', undefined, undefined, 'http://api.test?x'],
  ['/:tenant/api/*', '/v1/api/v2/a', undefined, 'v2', '/v1/api/a'],
  ['/api/*', '/api/orders/v2', undefined, undefined, '/api/orders/v2'],
  ['/api/*', '/api/orders/v2/a', { index: 1 }, 'v2', '/api/orders/a'],
  ['/api/*', '/api/orders', { index: 1 }, undefined, '/api/orders'],
  ['/api/*', '/api/vault/a', undefined, undefined, '/api/vault/a'],
  ['/api/*', '/api/release-2024.1/a', release, '2024.1', '/api/a'],
  ['/api/*', '/api/release-', release, undefined, '/api/release-'],
  ['/api/*', '/api/latest/a', { pattern: /^(?:v(\d+)|latest)$/ }, undefined, '/api/latest/a'],
  ['/api/*', '/api//v2/a', undefined, undefined, '/api//v2/a'],
  ['/api/*', '/api//v2/a', { index: 1 }, undefined, '/api//v2/a'],
  // The rest of the path is checked later, by the guard of the mount.
  ['/api/*', '/api/v2//evil.test/a', undefined, 'v2', '/api//evil.test/a'],
  ['/api/*', '/api/v2/../a', undefined, 'v2', '/api/../a'],
  // A removed segment cannot hide anything.
  ['/api/*', '/api/v2%2f..%2fa', loose, 'v2%2f..%2fa', '/api/v2%2f..%2fa'],
  ['/api/*', '/api/v2\\..\\a', loose, 'v2\\..\\a', '/api/v2\\..\\a'],
  ['/api/*', '/api/v2;a=/x', loose, 'v2;a=', '/api/v2;a=/x'],
  ['/api/*', '/api/v2#a/x', loose, 'v2#a', '/api/v2#a/x'],
  ['/api/*', '/api/v2%00/x', loose, 'v2%00', '/api/v2%00/x'],
  ['/api/*', '/api/v%32/x', undefined, undefined, '/api/v%32/x'],
  ['/api/*', '/api/../x', { pattern: /.*/ }, '..', '/api/x'],
  ['/healthz', '/healthz', { pattern: /.*/ }, undefined, '/healthz'],
  [null, '/v2/a', undefined, undefined, '/v2/a']
]

for (const [route, url, options, version, left] of cases) {
  test(`fromPath(${options?.pattern ?? ''} ${options?.index ?? 0}) reads ${version} from ${url} under ${route}, and leaves ${left}`, async (t) => {
    const resolver = fromPath(options)
    const request = fakeRequest({ url, route })

    const opinion = resolver.resolve(request)
    const rest = consume(resolver, request)

    t.equal(opinion, version)
    t.equal(rest, left)
  })
}

test('an unknown version in the path gets 404, because no such resource exists', async (t) => {
  const resolver = fromPath()

  t.match(resolver, { name: 'path', unknownStatus: 404 })
  t.equal(resolver.readsHeaders, undefined)
})

test('the segment is recorded as the client wrote it, with its position', async (t) => {
  const request = fakeRequest({ route: '/api/*', url: '/api/orders/V2/1' })

  consume(fromPath({ index: 1 }), request)

  t.strictSame(contextOf(request).removedParts, { segment: '/V2', segmentsBefore: 1 })
  t.equal((request.raw as { originalUrl?: string }).originalUrl, '/api/orders/V2/1')
})

for (const flags of ['g', 'y', 'gy']) {
  test(`a pattern with the flags ${flags} behaves the same for every request, regardless of its lastIndex`, async (t) => {
    const pattern = new RegExp('v\\d+', flags)
    const resolver = fromPath({ pattern })
    pattern.lastIndex = 1

    const opinions = ['/v2', '/v2', '/v2'].map((url) => resolver.resolve(fakeRequest({ url })))

    t.same(opinions, ['v2', 'v2', 'v2'])
    t.equal(pattern.lastIndex, 1)
  })
}

test('an invalid pattern matches nothing; the config check reports it', async (t) => {
  const resolver = fromPath({ pattern: 'v2' as never })

  t.equal(resolver.resolve(fakeRequest({ url: '/v2' })), undefined)
})
