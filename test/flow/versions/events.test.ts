import t, { type Test } from 'tap'
import versionGateway, { fromHeader } from '../../../lib/index.ts'
import type { VersionConfig, VersionEventMap } from '../../../types/index.ts'
import { listen, makeApp } from '../../helpers/gateway.ts'
import { startUpstream } from '../../helpers/upstream.ts'

const hour = 3_600_000
const start = Date.parse('2026-11-02T12:00:00Z')
const names = [
  'updated', 'rejected', 'promoted', 'disabled', 'enabled', 'retired', 'rolled-back', 'deprecated-use', 'forwarded', 'brownout', 'sunset-overdue',
  'default-moved'
] as const satisfies ReadonlyArray<keyof VersionEventMap>

/** Starts a gateway to v1 with the given life cycle and to v2. Returns its clock and its events. */
async function gatewayWith (t: Test, config: Omit<VersionConfig<'v2' | 'stable'>, 'upstream'>) {
  const [v1, v2] = await Promise.all([startUpstream(t, 'v1'), startUpstream(t, 'v2')])
  let now = start
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: { v1: { upstream: v1, ...config }, v2: { upstream: v2 } },
    aliases: { stable: 'v2' },
    registry: { now: () => now },
    resolve: {
      override: [fromHeader('x-api-version')], default: () => 'v1', consumer: ({ headers }) => headers['x-key'] as string | undefined
    }
  })
  const origin = await listen(app)
  const events: Array<[string, unknown]> = []
  for (const name of names) app.versions.events.on(name, (event: unknown) => { events.push([name, event]) })
  return {
    versions: app.versions,
    events,
    pass: (ms: number) => { now += ms },
    send: async (headers: Record<string, string>) => (await fetch(origin, { headers })).status
  }
}

const ann = { 'x-api-version': 'v1', 'x-key': 'ann' }
const use = { version: 'v1', consumer: 'ann', tier: 'override', source: 'header:x-api-version' }

t.test('the use of a deprecated version is reported once an hour for each caller', async (t) => {
  const { events, send, pass } = await gatewayWith(t, { deprecatedAt: '2026-01-01' })

  for (const key of ['ann', 'ann', 'bob']) await send({ ...ann, 'x-key': key })
  pass(hour)
  await send(ann)

  t.strictSame(events, ['ann', 'bob', 'ann'].map((consumer) => ['deprecated-use', { ...use, consumer }]))
})

t.test('every request that a successor serves in place of the named version is reported', async (t) => {
  const { events, send } = await gatewayWith(t, { retired: true, onRetired: 'forward', successor: 'v2' })

  await send(ann)
  await send(ann)

  t.strictSame(events, [['forwarded', { ...use, to: 'v2' }], ['forwarded', { ...use, to: 'v2' }]])
})

t.test('a changed default is reported once a day', async (t) => {
  const { events, send, pass } = await gatewayWith(t, { retired: true })

  await send({})
  await send({})
  pass(24 * hour)
  await send({})

  t.strictSame(events, [1, 2].map(() => ['default-moved', { version: 'v1', to: 'v2' }]))
})

for (const [mode, refused] of [['enforce', true], ['observe', false]] as const) {
  t.test(`a brownout with mode ${mode} is reported, but not for requests that name no version`, async (t) => {
    const { events, send } = await gatewayWith(t, { deprecatedAt: '2026-01-01', brownouts: [{ start: '2026-11-02', end: '2026-11-03', mode }] })

    const statuses = [await send(ann), await send({})]

    t.strictSame(statuses, [refused ? 410 : 200, 200])
    t.strictSame(events.filter(([name]) => name === 'brownout'), [['brownout', { ...use, refused }]])
  })
}

t.test('a sunset that is not enforced is reported once a day', async (t) => {
  const { events, send, pass } = await gatewayWith(t, { sunsetAt: '2026-11-01' })

  await send(ann)
  await send({})
  pass(24 * hour)
  await send(ann)

  t.strictSame(events, [1, 2].map(() => ['sunset-overdue', { version: 'v1', sunsetAt: new Date('2026-11-01') }]))
})

t.test('every change emits two events: one for the new set and one for the operation', async (t) => {
  const { versions, events } = await gatewayWith(t, {})

  versions.promote('stable', 'v1')
  versions.disable('v1', { reason: 'it leaks', to: 'v2' })
  versions.enable('v1')
  versions.retire('v1', { reason: 'over' })
  versions.rollback(4)
  t.throws(() => versions.update({ versions: {} }))

  const changed = (revision: number, ...ids: string[]) => ['updated', { revision, added: [], changed: ids, removed: [] }]
  t.match(events, [
    changed(2), ['promoted', { alias: 'stable', version: 'v1', revision: 2 }],
    changed(3, 'v1'), ['disabled', { version: 'v1', reason: 'it leaks', to: 'v2', revision: 3 }],
    changed(4, 'v1'), ['enabled', { version: 'v1', revision: 4 }],
    changed(5, 'v1'), ['retired', { version: 'v1', reason: 'over', revision: 5 }],
    changed(6, 'v1'), ['rolled-back', { revision: 6 }],
    ['rejected', { revision: 6, problems: [{ path: 'versions' }] }]
  ])
  t.equal(versions.get('stable')!.id, 'v2')
})

t.test('a listener that throws or rejects has no effect on other listeners or requests', async (t) => {
  const { versions, events, send } = await gatewayWith(t, { deprecatedAt: '2026-01-01' })
  versions.events.prependListener('deprecated-use', () => { throw new Error('a bug of the app') })
  versions.events.prependListener('deprecated-use', async () => { throw new Error('another one') })

  const status = await send(ann)

  t.equal(status, 200)
  t.strictSame(events, [['deprecated-use', use]])
})
