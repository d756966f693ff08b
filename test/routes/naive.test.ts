import fc from 'fast-check'
import { test } from 'tap'
import type { RouteConfig, RouteMatch } from '../../types/index.ts'
import { type RoutedRequest, RouteTable } from '../../lib/routes/route-table.ts'
import { matchNaively } from '../helpers/naive-routes.ts'

// Few words, so that rules and requests often meet.
const word = fc.constantFrom('a', 'b', 'c')
const value = fc.constantFrom('1', '2', '3')
const path = fc.array(word, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`)
const regex = fc.constantFrom('/a.*', '/[ab]', '/[ab]/c', '/.*/c', '.*')
const valueRegex = fc.constantFrom('[12]', '2.*').map((source) => ({ regex: source }))
const valueMatch = fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: valueRegex })
const values = (names: fc.Arbitrary<string>) => fc.dictionary(names, valueMatch, { maxKeys: 2, noNullPrototype: true })
const host = fc.constantFrom('a.test', 'b.a.test', 'c.b.a.test', 'test', '*.test', '*.a.test', '*.b.a.test')
const match: fc.Arbitrary<RouteMatch> = fc.record({
  path: fc.oneof(path.map((exact) => ({ exact })), path.map((prefix) => ({ prefix })), regex.map((source) => ({ regex: source }))),
  method: fc.constantFrom('GET', 'POST'),
  headers: values(fc.constantFrom('x-a', 'x-b', 'x-c')),
  query: values(word),
  cookies: values(word)
}, { requiredKeys: [] })
const rules = (matches: fc.Arbitrary<RouteMatch>, maxLength: number): fc.Arbitrary<RouteConfig[]> =>
  fc.array(fc.record({
    hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 2 }), matches: fc.array(matches, { minLength: 1, maxLength: 3 })
  }, { requiredKeys: [] }), { maxLength, size: 'max' }).map((all) => all.map((rule, index) => ({ name: `r${index}`, ...rule })))

const sent = fc.dictionary(word, value, { noNullPrototype: true }).map((pairs) => Object.entries(pairs))
const request: fc.Arbitrary<RoutedRequest> = fc.record({
  host: fc.oneof(fc.constantFrom('a.test', 'b.a.test', 'c.b.a.test', 'd.c.b.a.test', 'test', 'x.test', 'other', '')),
  path: fc.oneof(path, path.map((text) => text === '/' ? text : `${text}/`)),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  headers: fc.tuple(fc.dictionary(fc.constantFrom('x-a', 'x-b', 'x-c'), value, { noNullPrototype: true }), sent)
    .map(([headers, cookies]) => cookies.length === 0 ? headers : { ...headers, cookie: cookies.map((pair) => pair.join('=')).join('; ') }),
  query: sent.map((pairs) => pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`)
})

/** Runs are reproducible. */
const runs = { numRuns: 2000, seed: 20 }

function check (routes: readonly RouteConfig[], requests: readonly RoutedRequest[]): void {
  const table = new RouteTable(routes)
  for (const each of requests) {
    const expected = matchNaively(routes, each)
    const found = table.match(each)
    const prefix = expected === null ? null : prefixOf(expected.match)
    if (found?.rule.name !== expected?.rule || (found?.prefix ?? null) !== prefix) {
      throw new Error(JSON.stringify({ routes, request: each, found: found?.rule.name, expected }))
    }
  }
}

function prefixOf ({ path = { prefix: '/' } }: RouteMatch): string | null {
  return 'prefix' in path ? path.prefix.replace(/\/$/, '') : null
}

test('the table agrees with sorting all rules and testing each', async () => {
  fc.assert(fc.property(rules(match, 12), fc.array(request, { minLength: 5, maxLength: 5 }), check), runs)
})

test('the table agrees if many rules share a host and a path', async () => {
  const samePath = match.map(({ path: _, ...others }) => others)

  fc.assert(fc.property(rules(samePath, 60), fc.array(request, { minLength: 5, maxLength: 5 }), check), { ...runs, numRuns: 500 })
})

test('a changed header changes the rule only if the table reads that header', async () => {
  const name = fc.constantFrom('x-a', 'x-b', 'x-c')

  fc.assert(fc.property(rules(match, 12), request, name, fc.option(value, { nil: undefined }), (routes, one, header, changed) => {
    const table = new RouteTable(routes)
    const other = { ...one, headers: { ...one.headers, [header]: changed } }
    if (table.match(one) === table.match(other) || table.headersFor(one).includes(header)) return
    throw new Error(JSON.stringify({ routes, one, header, changed }))
  }), runs)
})
