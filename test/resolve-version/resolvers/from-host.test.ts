import { test } from 'tap'
import { fromHost } from '../../../lib/index.ts'
import type { FromHostOptions } from '../../../types/index.ts'
import { fakeRequest } from '../../helpers/fake-request.ts'

const list: FromHostOptions = { 'V2.api.acme.io': 'v2', 'v3.api.acme.io:8443': 'v3', '[::1]': 'v4' }
const pattern = /^(v\d+)\.api\.acme\.io$/gi
const cases: Array<[hosts: FromHostOptions, hostname: string, version: string | undefined]> = [
  [list, 'v2.API.acme.io', 'v2'],
  [list, 'v2.api.acme.io.', 'v2'],
  [list, 'v3.api.acme.io', 'v3'],
  [list, '[::1]', 'v4'],
  [list, 'api.acme.io', undefined],
  [list, 'constructor', undefined],
  [list, '__proto__', undefined],
  [list, '', undefined],
  [pattern, 'V2.api.acme.io', 'V2'],
  [pattern, 'V2.api.acme.io', 'V2'],
  [pattern, 'v2.api.acme.io.evil.test', undefined],
  [pattern, 'xv2.api.acme.io', undefined],
  [/^(?:(v\d+)\.)?api\.acme\.io$/, 'api.acme.io', undefined],
  [null as never, 'a', undefined]
]

for (const [hosts, hostname, version] of cases) {
  test(`fromHost reads ${version} from '${hostname}' (${String(hosts)})`, async (t) => {
    const resolver = fromHost(hosts)

    const opinion = resolver.resolve(fakeRequest({ hostname }))

    t.equal(opinion, version)
    t.match(resolver, { name: 'host', readsHeaders: ['host', 'x-forwarded-host'] })
  })
}
