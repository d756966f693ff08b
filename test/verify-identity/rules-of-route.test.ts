import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { contextOf } from '../../lib/stage/context.ts'
import { policiesOf, rulesOfRoute } from '../../lib/verify-identity/rules-of-route.ts'
import type { RouteConfig } from '../../types/index.ts'

const policies = policiesOf('allow-missing', { partners: { policy: 'require', providers: ['partner'] }, open: {} })

function requestOf (identity: RouteConfig['identity'], config: object = {}): FastifyRequest {
  const request = { raw: {}, routeOptions: { config } } as unknown as FastifyRequest
  const rule = { name: 'rule', hosts: [], config: { name: 'rule', ...identity !== undefined && { identity } } }
  contextOf(request).match = { rule, prefix: null }
  return request
}

t.test('a rule selects a policy, whose missing members are those of verifyIdentity', async (t) => {
  t.strictSame(rulesOfRoute(requestOf('partners'), policies, null), { policy: 'require', asksFor: null, providers: new Set(['partner']) })
  t.strictSame(rulesOfRoute(requestOf('open'), policies, null), { policy: 'allow-missing', asksFor: null, providers: null })
  t.equal(rulesOfRoute(requestOf(false), policies, null), null)
})

t.test('a rule without a policy has that of the Fastify route', async (t) => {
  t.equal(rulesOfRoute(requestOf(undefined), policies, null), policies.byDefault)
  t.equal(rulesOfRoute(requestOf(undefined, { identity: false }), policies, null), null)
  t.match(rulesOfRoute(requestOf(undefined, { identity: 'require' }), policies, null), { policy: 'require' })
})

t.test('a policy that does not exist closes the rule', async (t) => {
  t.throws(() => rulesOfRoute(requestOf('typo'), policies, null), { code: 'ROUTE_INVALID', statusCode: 500 })
})
