import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'tap'
import type { RouteMatch } from '../../types/index.ts'
import { ruleFor, tableFor } from '../helpers/routed-request.ts'

const cases: Array<[title: string, match: RouteMatch, line: string, headers: IncomingHttpHeaders, fits: boolean]> = [
  ['a method is compared with its case', { method: 'GET' }, 'get'.toUpperCase() + ' /', {}, true],
  ['GET does not include HEAD', { method: 'GET' }, 'HEAD /', {}, false],
  ['the name of a header may have any case', { headers: { 'X-Beta': 'true' } }, '/', { 'x-beta': 'true' }, true],
  ['the value of a header keeps its case', { headers: { 'x-beta': 'true' } }, '/', { 'x-beta': 'True' }, false],
  ['several fields of a header are one value', { headers: { 'x-beta': 'a, b' } }, '/', { 'x-beta': 'a, b' }, true],
  ['a list of fields is joined', { headers: { 'set-cookie': 'a,b' } }, '/', { 'set-cookie': ['a', 'b'] }, true],
  ['a header can match a regular expression', { headers: { 'x-beta': { regex: 'a.*' } } }, '/', { 'x-beta': 'abc' }, true],
  ['a regular expression matches the whole value', { headers: { 'x-beta': { regex: 'a' } } }, '/', { 'x-beta': 'ab' }, false],
  ['a missing header matches no expression', { headers: { 'x-beta': { regex: '.*' } } }, '/', {}, false],
  ['a name that objects inherit is no header', { headers: { constructor: { regex: '.*' } } }, '/', {}, false],
  ['a query parameter is decoded', { query: { 'a b': 'c d' } }, '/?a+b=c%20d', {}, true],
  ['the name of a parameter keeps its case', { query: { A: '1' } }, '/?a=1', {}, false],
  ['the first value of a parameter counts', { query: { a: '1' } }, '/?a=1&a=2', {}, true],
  ['further values of a parameter do not count', { query: { a: '2' } }, '/?a=1&a=2', {}, false],
  ['a parameter may be empty', { query: { a: '' } }, '/?b&a', {}, true],
  ['a missing parameter is not empty', { query: { '': '' } }, '/?&', {}, false],
  ['a parameter that is not well encoded is compared as it is', { query: { a: '%zz' } }, '/?a=%zz', {}, true],
  ['a cookie is found among others', { cookies: { session: 'x' } }, '/', { cookie: 'a=b; session=x; c' }, true],
  ['quotes of a cookie do not count', { cookies: { session: 'x' } }, '/', { cookie: 'session="x"' }, true],
  ['the first cookie with a name counts', { cookies: { session: 'y' } }, '/', { cookie: 'session=x; session=y' }, false],
  ['a request without cookies has none', { cookies: { session: { regex: '.*' } } }, '/', {}, false],
  ['all conditions must hold', { headers: { a: '1', b: '2' } }, '/', { a: '1', b: '1' }, false],
  ['an alternative without conditions always fits', {}, '/', {}, true]
]
for (const [title, match, line, headers, fits] of cases) {
  test(title, async (t) => {
    const table = tableFor({ it: match })

    t.equal(ruleFor(table, line, headers), fits ? 'it' : undefined)
  })
}
