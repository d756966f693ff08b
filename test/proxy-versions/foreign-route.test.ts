import t from 'tap'
import { defineVersions } from '../../lib/index.ts'
import { ForeignRoute } from '../../lib/proxy-versions/foreign-route.ts'
import type { Registry } from '../../lib/registry/registry.ts'
import { fakeRequest } from '../helpers/fake-request.ts'

const registry = defineVersions({ latest: { upstream: 'http://a.test' } }) as unknown as Registry
const rules = { prefix: '/api', versionHeader: 'api-version', trusted: new Set<string>(), pinnedBy: [], optionHeaders: null }
const route = new ForeignRoute(rules as unknown as ConstructorParameters<typeof ForeignRoute>[0], registry.current.versions[0]!)

t.test('responses keep repeated headers, without pseudo-headers and empty ones', async (t) => {
  const request = fakeRequest()

  const headers = route.responseObject(request, { ':status': '200', 'set-cookie': ['a=1', 'b=2'], 'x-none': undefined, 'x-one': '1' })

  t.match(headers, { 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' })
  t.notOk(':status' in headers || 'x-none' in headers)
})
