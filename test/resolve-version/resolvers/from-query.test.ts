import fc from 'fast-check'
import { test } from 'tap'
import { fromQuery } from '../../../lib/index.ts'
import { builtInMark } from '../../../lib/stage/built-in.ts'
import { contextOf } from '../../../lib/stage/context.ts'
import { fakeRequest, consume } from '../../helpers/fake-request.ts'

const cases: Array<[url: string, version: string | undefined, left: string, query?: string]> = [
  ['/orders', undefined, '/orders'],
  ['/orders?', undefined, '/orders?'],
  ['/orders?a=1&&b=%zz', undefined, '/orders?a=1&&b=%zz'],
  ['/orders?version=v2', 'v2', '/orders', 'version=v2'],
  ['/orders?version=v%32&b=%2F+x', 'v2', '/orders?b=%2F+x', 'version=v%32'],
  ['/orders?a=%7e&version=v2&b=~', 'v2', '/orders?a=%7e&b=~', 'version=v2'],
  ['/orders?version=v2&a=1&version=v3', 'v2,v3', '/orders?a=1', 'version=v2'],
  ['/orders?%76ersion=v2', 'v2', '/orders', '%76ersion=v2'],
  ['/orders?version', '', '/orders', 'version'],
  ['/orders?version=', '', '/orders', 'version='],
  ['/orders?version=%zz&a', '%zz', '/orders?a', 'version=%zz'],
  ['/orders?version=%ff', '%ff', '/orders', 'version=%ff'],
  ['/orders?version=a=b', 'a=b', '/orders', 'version=a=b'],
  ['/orders?Version=v2', undefined, '/orders?Version=v2'],
  ['/orders?a?version=v2', undefined, '/orders?a?version=v2'],
  ['http://api.test/orders?version=v2', 'v2', 'http://api.test/orders', 'version=v2'],
  ['/orders?version=v2#a', 'v2#a', '/orders'],
  ['/orders?version=v\xff', 'v\xff', '/orders']
]

for (const [url, version, left, query] of cases) {
  test(`fromQuery reads ${JSON.stringify(version)} from ${JSON.stringify(url)} and leaves ${left}`, async (t) => {
    const resolver = fromQuery('version')
    const request = fakeRequest({ url })

    const opinion = resolver.resolve(request)
    const rest = consume(resolver, request)

    t.equal(opinion, version)
    t.equal(rest, left)
    t.equal(contextOf(request).removedParts?.query, query)
  })
}

test('a removed parameter is also removed from request.query, and the original URL is kept', async (t) => {
  const request = fakeRequest({ url: '/orders?a=1&version=v2', query: { a: '1', version: 'v2' } })

  consume(fromQuery('version'), request)

  t.same(request.query, { a: '1' })
  t.equal((request.raw as { originalUrl?: string }).originalUrl, '/orders?a=1&version=v2')
})

test('the parameter is forwarded with strip: false', async (t) => {
  const resolver = fromQuery('version', { strip: false })

  const opinion = resolver.resolve(fakeRequest({ url: '/?version=v2' }))

  t.equal(opinion, 'v2')
  t.equal(builtInMark(resolver)!.consume, undefined)
})

test('removing a parameter from any query leaves the rest unchanged', async (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'v', '%', '2', 'f', 'F', 'z', '+', ';', '?', '/', '.', '~', '\xe9') })
  const pair = fc.oneof(text, fc.tuple(text, text).map(([name, value]) => `${name}=${value}`))
  const ours = text.map((value) => `the-version=${value}`)

  fc.assert(fc.property(fc.array(fc.oneof(pair, ours)), (pairs) => {
    const others = pairs.filter((written) => !written.startsWith('the-version='))
    const isTaken = pairs.some((written) => written.startsWith('the-version='))
    const url = `/a?${pairs.join('&')}`

    const rest = consume(fromQuery('the-version'), fakeRequest({ url }))

    t.equal(rest, isTaken && others.length === 0 ? '/a' : `/a?${isTaken ? others.join('&') : pairs.join('&')}`)
  }), { numRuns: 200 })
})
