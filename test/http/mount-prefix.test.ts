import { test } from 'tap'
import { mountDepth, mountPrefix } from '../../lib/http/mount-prefix.ts'
import { fakeRequest } from '../helpers/fake-request.ts'

for (const [route, url, prefix, depth] of [
  ['/*', '/a', '', 1],
  ['/api/*', '/%61pi/a', '/api', 2],
  ['/api/', '/api/', '/api', -1],
  ['/api', '/api?a', '/api', -1],
  ['/:tenant/api/*', '/acme/api/a?b', '/acme/api', 3],
  ['/:tenant/*', 'http://api.test/acme/a', '/acme', 2],
  ['/:tenant', '/acme', '/acme', -1]
] as const) {
  test(`${url} of the route ${route} is mounted under '${prefix}'`, async (t) => {
    const request = fakeRequest({ route, url })

    t.equal(mountPrefix(request), prefix)
    t.equal(mountDepth(request), depth)
  })
}
