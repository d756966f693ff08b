import { test } from 'tap'
import { checkResolver } from '../../lib/config/check-resolver.ts'
import {
  fromCookie, fromHost, fromMediaType, fromPath, fromQuery, fromSubprotocol, fromTenantMap
} from '../../lib/index.ts'
import type { VersionResolver } from '../../types/index.ts'
import { collected } from '../helpers/problems.ts'

type Make = (argument: never) => VersionResolver
const stripping: Make = (options) => fromQuery('version', options)
const tenants = { key: () => 'acme', get: () => 'v2' }

const wrong: Array<[make: Make, argument: unknown, expected: RegExp]> = [
  [stripping, 5, /options in fromQuery\('version', \{ strip: false \}\), got 5/],
  [stripping, { strip: 'no' }, /true or false as strip .*, got 'no'/],
  [fromPath, null, /options in fromPath\(.*, got null/],
  [fromPath, 'v2', /options in fromPath\(.*, got 'v2'/],
  [fromPath, /v2/, /options in fromPath\(.*, got an object/],
  [fromPath, [], /options in fromPath\(.*, got \[\]/],
  [fromPath, { pattern: '^v2$' }, /a regular expression as pattern .*, got '\^v2\$'/],
  [fromPath, { pattern: null }, /a regular expression as pattern .*, got null/],
  [fromPath, { index: -1 }, /a whole number, 0 for the first segment, as index .*, got -1/],
  [fromPath, { index: 0.5 }, /as index .*, got 0.5/],
  [fromPath, { index: '0' }, /as index .*, got '0'/],
  [fromMediaType, 'acme', /options in fromMediaType\(.*, got 'acme'/],
  [fromMediaType, { vendor: '' }, /as vendor .*, got ''/],
  [fromMediaType, { vendor: 'vnd.acme' }, /a name without vnd. as vendor .*, got 'vnd.acme'/],
  [fromMediaType, { vendor: 'acme+json' }, /as vendor .*, got 'acme\+json'/],
  [fromMediaType, { vendor: 'acme..b' }, /as vendor .*, got 'acme..b'/],
  [fromMediaType, { parameter: 'a b' }, /a parameter name .*, got 'a b'/],
  [fromMediaType, { header: 'x-type' }, /'accept' or 'content-type' as header .*, got 'x-type'/],
  [fromMediaType, { header: Symbol('accept') }, /as header .*, got Symbol\(accept\)/],
  [fromHost, undefined, /hosts in fromHost\(.*, got undefined/],
  [fromHost, {}, /hosts in fromHost\(.*, got an object/],
  [fromHost, ['a'], /hosts in fromHost\(.*, got \['a'\]/],
  [fromHost, { 'api.test': 2 }, /hosts in fromHost\(.*, got an object/],
  [fromHost, { '': 'v2' }, /hosts in fromHost\(.*, got an object/],
  [fromHost, /^v2\./, /a pattern with one group .*, got an object/],
  [fromHost, /^(v)(2)\./, /a pattern with one group .*, got an object/],
  [fromCookie, '', /a cookie name in fromCookie\('version'\), got ''/],
  [fromCookie, 'a=b', /a cookie name .*, got 'a=b'/],
  [fromCookie, undefined, /a cookie name .*, got undefined/],
  [fromSubprotocol, '', /the beginning of a subprotocol .*, got ''/],
  [fromSubprotocol, 'a,b', /the beginning of a subprotocol .*, got 'a,b'/],
  [fromTenantMap, undefined, /a function of the request as key .*, got undefined/],
  [fromTenantMap, null, /options in fromTenantMap\(\{ key, get \}\), got null/],
  [fromTenantMap, { ...tenants, key: 5 }, /a claim path or a function of the request as key .*, got 5/],
  [fromTenantMap, { ...tenants, key: '' }, /a claim path or a function of the request as key .*, got ''/],
  [fromTenantMap, { ...tenants, key: 'https://acme.io/tenant' }, /a list of names for a claim whose name is an address.*, got 'https:\/\/acme.io\/tenant'/],
  [fromTenantMap, { ...tenants, get: new Map() }, /a function of the key as get .*, got an object/],
  [fromTenantMap, { ...tenants, ttlMs: -1 }, /a whole number of milliseconds as ttlMs .*, got -1/],
  [fromTenantMap, { ...tenants, staleMs: NaN }, /as staleMs .*, got NaN/],
  [fromTenantMap, { ...tenants, negativeTtlMs: '5' }, /as negativeTtlMs .*, got '5'/],
  [fromTenantMap, { ...tenants, timeoutMs: Infinity }, /as timeoutMs .*, got Infinity/],
  [fromTenantMap, { ...tenants, max: 0 }, /a whole number of tenants as max .*, got 0/],
  [fromTenantMap, { ...tenants, max: 2 ** 32 }, /as max .*, got 4294967296/],
  [fromTenantMap, { ...tenants, now: 5 }, /a clock as now .*, got 5/]
]

for (const [index, [make, argument, expected]] of wrong.entries()) {
  test(`for an invalid resolver argument, the message refers to the call: ${index}, ${expected.source}`, async (t) => {
    const resolver = make(argument as never)

    const problems = collected((problems) => { checkResolver(problems, ['pin', 0], resolver) })

    t.match(problems[0], { path: 'pin[0]', message: expected })
  })
}
