import t, { type Test } from 'tap'
import { withDefaults } from '../../lib/config/normalize.ts'
import { usageDefaults } from '../../lib/config/normalize-versions.ts'
import { flushUsage } from '../../lib/registry/flush-usage.ts'
import { Usage } from '../../lib/registry/usage.ts'
import type { UsageEntry, UsageOptions } from '../../types/index.ts'
import { boot } from '../helpers/boot.ts'
import { makeApp } from '../helpers/gateway.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { until } from '../helpers/until.ts'

const flushMs = 54_321

/** Makes an app that passes usage to `onUsage`, and returns its log. */
async function handingOver (t: Test, onUsage: UsageOptions['onUsage']) {
  const timers = holdTimers(t, flushMs)
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const options = { flushMs, ...onUsage !== undefined && { onUsage } }
  const usage = new Usage(withDefaults(options, usageDefaults))
  flushUsage(app, usage, withDefaults(options, usageDefaults))
  await boot(app)
  return {
    app,
    timers,
    note: (consumer: string) => usage.record({ consumer, version: 'v1', tier: 'pin' }, 1000),
    errors: () => lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50)
  }
}

const consumers = (batch: readonly UsageEntry[]) => batch.map(({ consumer }) => consumer)
const turn = async () => await new Promise((resolve) => setImmediate(resolve))

t.test('changed usage is passed to onUsage periodically and on close', async (t) => {
  const batches: unknown[] = []
  const { app, timers, note } = await handingOver(t, (batch) => { batches.push(consumers(batch)) })

  note('alice')
  timers[0]!.fire()
  await turn()
  note('bob')
  await app.close()

  t.strictSame(batches, [['alice'], ['bob']])
  t.equal(timers[0]!.refreshed, 1)
  t.ok(timers[0]!.isCleared)
})

t.test('onUsage is not called if nothing has changed', async (t) => {
  let calls = 0
  const { app, timers } = await handingOver(t, () => { calls++ })

  timers[0]!.fire()
  await turn()
  await app.close()

  t.equal(calls, 0)
  t.equal(timers[0]!.refreshed, 1)
})

t.test('the interval starts after onUsage has settled, and closing waits for onUsage', async (t) => {
  const batches: unknown[] = []
  const ends: Array<() => void> = []
  const { app, timers, note } = await handingOver(t, async (batch) => {
    batches.push(consumers(batch))
    if (batches.length === 1) await new Promise<void>((resolve) => ends.push(resolve))
  })
  note('alice')
  timers[0]!.fire()
  note('bob')

  const closed = app.close()
  await turn()
  const before = [...batches]
  ends[0]!()
  await closed

  t.strictSame(before, [['alice']])
  t.equal(timers[0]!.refreshed, 0)
  t.strictSame(batches, [['alice'], ['bob']])
})

for (const [title, fail] of [
  ['throws', () => { throw new Error('disk full') }],
  ['rejects', async () => { throw new Error('disk full') }]
] as const) {
  t.test(`if onUsage ${title}, the error is logged and the batch is not passed again`, async (t) => {
    const batches: unknown[] = []
    const { app, timers, note, errors } = await handingOver(t, (batch) => {
      batches.push(consumers(batch))
      return fail()
    })

    note('alice')
    timers[0]!.fire()
    await turn()
    note('bob')
    await app.close()

    t.strictSame(batches, [['alice'], ['bob']])
    t.match(errors(), [{ msg: 'onUsage failed', err: { message: 'disk full' } }, { msg: 'onUsage failed' }])
    t.equal(timers[0]!.refreshed, 1)
  })
}

t.test('there is no timer without onUsage', async (t) => {
  const { timers } = await handingOver(t, undefined)

  t.strictSame(timers, [])
})

t.test('an app can be closed before it is ready', async (t) => {
  const app = makeApp(t)
  const options = { onUsage: () => {} }
  flushUsage(app, new Usage({ ...usageDefaults, ...options }), { ...usageDefaults, ...options })

  await t.resolves(app.close())
})

t.test('an onUsage that never settles does not prevent the app from closing', async (t) => {
  const ends = holdTimers(t, 5000)
  const { app, note, errors } = await handingOver(t, () => new Promise(() => {}))
  note('alice')

  const closed = app.close()
  await until(() => ends.length === 1)
  ends[0]!.fire()
  await closed

  t.match(errors(), [{ msg: 'onUsage timed out on close' }])
})

t.test('gateways that share a registry call onUsage one at a time', async (t) => {
  const ends: Array<() => void> = []
  const onUsage = (): Promise<void> => new Promise((resolve) => { ends.push(resolve) })
  const usage = new Usage({ ...usageDefaults, onUsage })
  const apps = [makeApp(t), makeApp(t)]
  for (const app of apps) {
    flushUsage(app, usage, { ...usageDefaults, onUsage })
    await boot(app)
  }

  usage.record({ consumer: 'alice', version: 'v1', tier: 'pin' }, 1000)
  const first = apps[0]!.close()
  await until(() => ends.length === 1)
  usage.record({ consumer: 'bob', version: 'v1', tier: 'pin' }, 1000)
  const second = apps[1]!.close()
  await turn()
  t.equal(ends.length, 1)

  ends[0]!()
  await until(() => ends.length === 2)
  ends[1]!()
  await Promise.all([first, second])
})
