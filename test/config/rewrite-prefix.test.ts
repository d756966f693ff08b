import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'

const check = (rewritePrefix: string): void => checkGateway({ versions: { latest: { upstream: { targets: 'http://a', rewritePrefix } } } })

for (const rewritePrefix of ['/b/:id', '/:id', '/b/:id/c', '/b/a-:id', '/b/:id(\\d+)', '/b/*', '/*', '/*/b', 'b', '/a/../b', '/a b']) {
  t.test(`rewritePrefix '${rewritePrefix}' is rejected`, async (t) => {
    t.throws(() => check(rewritePrefix), {
      code: 'VERSION_CONFIG_INVALID',
      problems: [{ path: 'versions.latest.upstream.rewritePrefix', message: /^expected a path .* spaces and parameters, got '.*'\. .*'%3A'/ }]
    })
  })
}

for (const rewritePrefix of ['/', '/b', '/b/', '/b/%3Aid', '/b:', '/b*c', '/a.b/~c']) {
  t.test(`rewritePrefix '${rewritePrefix}' is valid`, async (t) => {
    t.doesNotThrow(() => check(rewritePrefix))
  })
}
