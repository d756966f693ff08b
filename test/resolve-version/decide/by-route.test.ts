import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { defineVersions } from '../../../lib/index.ts'
import type { Registry } from '../../../lib/registry/registry.ts'
import { chooseByRoute } from '../../../lib/resolve-version/decide/by-route.ts'
import type { Rule } from '../../../lib/routes/route-table.ts'
import type { RouteConfig } from '../../../types/index.ts'

const { current: revision } = defineVersions(
  { v3: { upstream: 'http://a.test' }, v4: { upstream: 'http://b.test' } }, { aliases: { stable: 'v3' } }
) as Registry
const request = { raw: { headers: { 'x-session': 'acme' } } } as unknown as FastifyRequest

/** Chooses by a rule. The draws return `point`. */
function choose (config: Partial<RouteConfig>, point = 0) {
  const trace: string[] = []
  const rule = { name: 'release-4', config: { name: 'release-4', ...config } } as Rule
  const chosen = chooseByRoute({ rule, prefix: null }, { request, revision, match: null, now: 0, random: () => point, trace })
  return { chosen, trace }
}

t.test('a rule without targets leaves the choice to the tiers', async (t) => {
  t.equal(choose({}).chosen, null)
})

t.test('a rule names a version, or an alias', async (t) => {
  t.match(choose({ to: 'v4' }).chosen, { version: { id: 'v4' }, tier: 'route', source: 'route:release-4' })
  t.match(choose({ to: 'stable' }).chosen, { version: { id: 'v3' }, alias: 'stable' })
})

t.test('a rule draws a version, and the trace has the bucket', async (t) => {
  const to = [{ version: 'v4', weight: 10 }, { version: 'v3', weight: 90 }]

  const [drawn, sticky] = [choose({ to }, 0.2), choose({ to, sticky: { by: 'header:x-session' } }, 0.2)]

  t.match(drawn, { chosen: { version: { id: 'v3' } }, trace: ['Rule release-4 draws v3 at random.', 'Rule release-4 sends the request to v3.'] })
  t.match(sticky, { chosen: { version: { id: 'v4' } }, trace: ['Rule release-4 draws v4 for the caller, whose bucket is 6.04.', 'Rule release-4 sends the request to v4.'] })
})

t.test('a rule whose weights are all 0 is refused', async (t) => {
  t.throws(() => choose({ to: [{ version: 'v3', weight: 0 }] }), { code: 'ROUTE_INVALID', statusCode: 500 })
})
