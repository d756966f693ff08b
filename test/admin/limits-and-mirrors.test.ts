import t from 'tap'
import { versionAdmin } from '../../lib/admin/index.ts'
import { rateLimits } from '../../lib/limits/index.ts'
import { registryOf } from '../../lib/registry/registry.ts'
import type { AdminLimits, AdminShadow } from '../../types/admin-api.ts'
import { administered, guard, password } from '../helpers/admin.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { json, mirrored } from '../helpers/mirrored.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

for (const order of ['before', 'after'] as const) {
  t.test(`with limits that are registered ${order} the page, admitted and refused requests are returned with their callers`, async (t) => {
    const app = makeApp(t)
    const limit = async () => await app.register(rateLimits, {
      limits: [
        { name: 'per-tenant', requests: 2, per: 'day', by: ['claim:userMetadata.version'] },
        { name: 'all', requests: 1, per: 'day', by: ['global'], shadow: true }
      ]
    })
    if (order === 'before') await limit()
    await app.register(versionAdmin, { guard })
    if (order === 'after') await limit()
    const { send, bearer } = await startGateway(t, {}, app)

    for (let count = 0; count < 5; count++) await send('/a', { headers: bearer('v2') })
    const { limits } = await (await send('/admin/api/limits', { headers: password })).json() as AdminLimits

    t.match(limits, [
      { name: 'per-tenant', by: ['claim:userMetadata.version'], shadow: false, callers: [{ values: [{ value: 'v2' }, { kind: 'provider' }], refused: 3 }] },
      { name: 'all', shadow: true, callers: [{ values: [], refused: 4 }] }
    ])
    t.strictSame(limits.map(({ admitted, refused }) => [sum(admitted), sum(refused)]), [[2, 3], [1, 4]])
  })
}

t.test('the findings of mirrors are returned', async (t) => {
  const { send, settled } = await mirrored(t, {
    v3: json({ price: 1 }),
    v4: json({ price: 2 }),
    mirror: { compare: true },
    before: async (app) => await app.register(versionAdmin, { guard })
  })

  await (await send('/orders')).text()
  await settled()
  const { mirrors } = await (await send('/admin/api/shadow', { headers: password })).json() as AdminShadow

  t.match(mirrors, [{
    mirror: 'next',
    from: 'v3',
    to: 'v4',
    outcomes: { differs: 1 },
    places: [{ method: 'GET', route: '/orders', at: '/price', kind: 'value', count: 1, share: 1 }],
    noise: 0
  }])
})

t.test('at most 100 places of a mirror are returned', async (t) => {
  const { get, app } = await administered(t)
  const findings = registryOf(app.versions).shadowLog.of({ mirror: 'next', from: 'v3', to: 'v4' })
  for (let index = 0; index < 150; index++) findings.add({ method: 'GET', route: '/orders' }, [{ at: `/${index}`, kind: 'value' }])

  t.match(await get('shadow'), { body: { mirrors: [{ places: { length: 100 } }] } })
})
