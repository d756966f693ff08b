import { test } from 'tap'
import { fromMediaType } from '../../../lib/index.ts'
import type { FromMediaTypeOptions } from '../../../types/index.ts'
import { fakeRequest } from '../../helpers/fake-request.ts'

const vendor: FromMediaTypeOptions = { vendor: 'Acme' }
const any: FromMediaTypeOptions = {}
const cases: Array<[options: FromMediaTypeOptions, value: string, version: string | undefined]> = [
  [vendor, 'application/vnd.acme.v2+json', 'v2'],
  [vendor, 'application/vnd.acme.v2', 'v2'],
  [vendor, 'TEXT/VND.ACME.2.1+xml', '2.1'],
  [vendor, 'application/vnd.acme+json;version=v2', 'v2'],
  [vendor, 'application/vnd.acme+json ; Version="v2"', 'v2'],
  [vendor, 'application/vnd.acme.orders+json;version=v2', 'v2'],
  [vendor, 'application/vnd.acme+json', undefined],
  [vendor, 'application/vnd.acmecorp.v2+json', undefined],
  [vendor, 'application/json;version=v2', undefined],
  [vendor, '*/*', undefined],
  [vendor, '', undefined],
  [vendor, 'application/vnd.acme.+json', ''],
  [any, 'application/json;version=2', '2'],
  [any, 'application/vnd.acme.v2+json', undefined],
  [any, 'application/json;version', ''],
  [any, 'application/json;version=', ''],
  [any, 'application/json;version="a\\"b,c;d"', 'a"b,c;d'],
  [any, 'application/json;version="v2', '"v2'],
  [any, 'application/json;version="', '"'],
  [any, 'application/json;version=1;version=2', '1,2'],
  [{ parameter: 'Api-Version' }, 'a/b;api-version=2;version=3', '2'],
  [any, 'text/html, application/json;version=2;q=0.5', '2'],
  [any, 'a/b;version=1;q=0.5, a/b;version=2;q=0.8', '2'],
  [any, 'a/b;version=1;q=0.8, a/b;version=2;q=0.80', '1,2'],
  [any, 'a/b;version=2, c/d;version=2', '2,2'],
  [any, 'a/b;version=2;q=0', undefined],
  [any, 'a/b;version=2;q=0.000', undefined],
  [any, 'a/b;version=1;q=0.9, a/b;version=2;q=none', '2'],
  [any, 'a/b;version=1;q=1.000, a/b;version=2;q=0.999', '1'],
  [any, ',;,;=,/', undefined],
  [{ header: 'content-type' }, 'application/json;version=2;q=0', '2'],
  [{ header: 'content-type', vendor: 'acme' }, 'application/vnd.acme.v2+json; charset=utf-8', 'v2']
]

for (const [options, value, version] of cases) {
  test(`fromMediaType(${JSON.stringify(options)}) reads ${JSON.stringify(version)} from ${value}`, async (t) => {
    const request = fakeRequest({ rawHeaders: [options.header === undefined ? 'ACCEPT' : 'Content-Type', value] })

    const opinion = fromMediaType(options).resolve(request)

    t.equal(opinion, version)
  })
}

test('two field lines are treated as one list', async (t) => {
  const request = fakeRequest({ rawHeaders: ['Accept', 'a/b;version=1;q=0.1', 'accept', 'a/b;version=2'] })

  t.equal(fromMediaType().resolve(request), '2')
})

test('a request without the header has no opinion', async (t) => {
  t.equal(fromMediaType().resolve(fakeRequest()), undefined)
})

test('an unknown version gets 406 for Accept and 415 for Content-Type', async (t) => {
  t.match(fromMediaType({ vendor: 'acme' }), { name: 'media-type:accept:vnd.acme', readsHeaders: ['accept'], unknownStatus: 406 })
  t.match(fromMediaType({ header: 'content-type' }), { name: 'media-type:content-type', readsHeaders: ['content-type'], unknownStatus: 415 })
})

for (const [title, chunk] of [['quotes', '"'], ['semicolons', ';'], ['commas', ','], ['escapes', '"\\'], ['parameters', ';version="'], ['blanks', ' \t']] as const) {
  test(`a long header that consists of ${title} is read in linear time`, async (t) => {
    // In quadratic time, this would exceed the timeout of the test.
    const request = fakeRequest({ rawHeaders: ['accept', chunk.repeat(1_000_000)] })

    t.equal(fromMediaType({ vendor: 'acme' }).resolve(request), undefined)
  })
}
