import t from 'tap'
import { withDefaults } from '../../lib/config/normalize.ts'
import { usageDefaults } from '../../lib/config/normalize-versions.ts'
import { Usage } from '../../lib/registry/usage.ts'
import type { Tier, UsageOptions } from '../../types/index.ts'

const hour = 3_600_000
const onUsage = () => {}

/** Makes a usage log and a shorthand to record a request. */
function makeUsage (options: UsageOptions = {}) {
  const usage = new Usage(withDefaults(options, usageDefaults))
  const note = (consumer: string | null, version: string, now: number, tier: Tier = 'pin', isDeprecated = false) =>
    usage.record({ consumer, version, tier }, now, isDeprecated)
  return { usage, note }
}

t.test('requests are counted by caller and version, with the first and last time', async (t) => {
  const { usage, note } = makeUsage()
  note('alice', 'v1', 1000)
  note('alice', 'v1', 2000, 'override')
  note('alice', 'v2', 3000)

  const [entry, ...others] = usage.of('v1')

  t.strictSame(entry, { consumer: 'alice', version: 'v1', count: 2, firstSeen: new Date(1000), lastSeen: new Date(2000), tier: 'override' })
  t.strictSame(others, [])
})

t.test('the most recent caller comes first, and entries are frozen', async (t) => {
  const { usage, note } = makeUsage()
  note('alice', 'v1', 1000)
  note(null, 'v1', 2000)
  note('bob', 'v1', 3000)
  note('alice', 'v1', 4000)

  const entries = usage.of('v1')

  t.strictSame(entries.map(({ consumer }) => consumer), ['alice', 'bob', null])
  t.ok(entries.every((entry) => Object.isFrozen(entry)))
})

t.test('of a million callers, the 50000 most recent are kept', async (t) => {
  const { usage, note } = makeUsage({ onUsage })
  for (let index = 0; index < 1_000_000; index++) note(`caller-${index}`, 'v1', index)

  const [entries, changed] = [usage.of('v1'), usage.takeChanged()]

  t.equal(usage.size, 50_000)
  t.equal(entries.length, 50_000)
  t.equal(changed.length, 50_000)
  t.strictSame([entries[0]!.consumer, entries.at(-1)!.consumer], ['caller-999999', 'caller-950000'])
})

t.test('callers are distinguished, whatever characters their names contain', async (t) => {
  const { usage, note } = makeUsage()
  const names = [null, '', 'null', '\n', 'v1', 'a\nv1', '\0', '__proto__', 'x'.repeat(300), `${'x'.repeat(299)}y`]
  for (const name of names) {
    note(name, 'v1', 1000)
    note(name, 'a', 1000)
  }

  const counts = [...usage.of('v1'), ...usage.of('a')].map(({ count }) => count)

  t.strictSame(counts, Array(20).fill(1))
})

t.test('a name that is too long is shortened', async (t) => {
  const { usage, note } = makeUsage()
  note('x'.repeat(100_000), 'v1', 1000)
  note('x'.repeat(100_000), 'v1', 2000)

  const [entry] = usage.of('v1')

  t.match(entry, { consumer: /^x{200}\.\.\.[\w-]{43}$/, count: 2 })
})

t.test('the use of a deprecated version is reported once an hour for each caller and version', async (t) => {
  const { note } = makeUsage()

  const reported = [
    note('alice', 'v1', 0),
    note('alice', 'v1', 1, 'pin', true),
    note('alice', 'v1', 2, 'pin', true),
    note('bob', 'v1', 3, 'pin', true),
    note('alice', 'v2', 4, 'pin', true),
    note('alice', 'v1', hour, 'pin', true),
    note('alice', 'v1', hour + 1, 'pin', true),
    note('alice', 'v1', hour + 2, 'pin', true)
  ]

  t.strictSame(reported, [false, true, false, true, true, false, true, false])
})

for (const [title, since, tiers, expected] of [
  ['at or after a time', 2000, [], ['carol', 'bob']],
  ['with any tier', 0, [], ['carol', 'bob', 'alice']],
  ['with tiers that are not allowed, even if their last request used an allowed one', 1000, ['override'], ['carol', 'alice']],
  ['with tiers that are not allowed, after a time', 1001, ['override'], ['carol']],
  ['with no tier, if all are allowed', 0, ['override', 'pin', 'default'], []]
] as const) {
  t.test(`a retirement is prevented by callers seen ${title}`, async (t) => {
    const { usage, note } = makeUsage()
    note('alice', 'v1', 1000, 'pin')
    note('alice', 'v1', 1500, 'override')
    note('bob', 'v1', 2000, 'override')
    note('carol', 'v1', 2001, 'default')
    note('dave', 'v2', 3000, 'pin')

    const seen = usage.seenSince('v1', since, tiers)

    t.strictSame(seen.map(({ consumer }) => consumer), expected)
  })
}

t.test('a change is returned once', async (t) => {
  const { usage, note } = makeUsage({ onUsage })
  note('alice', 'v1', 1000)
  note('bob', 'v1', 1000)
  const first = usage.takeChanged()
  note('bob', 'v1', 2000)

  const [second, third] = [usage.takeChanged(), usage.takeChanged()]

  t.strictSame(first.map(({ consumer, count }) => [consumer, count]), [['alice', 1], ['bob', 1]])
  t.strictSame(second.map(({ consumer, count }) => [consumer, count]), [['bob', 2]])
  t.strictSame(third, [])
})

t.test('if there are more changes than are kept, the last ones are returned', async (t) => {
  const { usage, note } = makeUsage({ max: 2, onUsage })
  note('alice', 'v1', 1000)
  note('bob', 'v1', 2000)
  note('bob', 'v2', 3000)

  const changed = usage.takeChanged()

  t.strictSame(changed.map(({ consumer, version }) => [consumer, version]), [['bob', 'v1'], ['bob', 'v2']])
})

t.test('an evicted caller keeps its count if it returns before its change was taken', async (t) => {
  const { usage, note } = makeUsage({ max: 2, onUsage })
  note('alice', 'v1', 1000)
  note('bob', 'v1', 2000)
  note('alice', 'v1', 3000)
  note('carol', 'v1', 4000)
  const before = usage.of('v1')
  note('bob', 'v1', 5000)

  const [bob] = usage.of('v1')

  t.strictSame(before.map(({ consumer }) => consumer), ['carol', 'alice'])
  t.match(bob, { consumer: 'bob', count: 2, firstSeen: new Date(2000) })
})

t.test('a dropped change is included in the next one of the same caller', async (t) => {
  const { usage, note } = makeUsage({ max: 2, onUsage })
  note('alice', 'v1', 1000)
  note('bob', 'v1', 2000)
  note('alice', 'v1', 3000)
  note('carol', 'v1', 4000)
  note('alice', 'v1', 5000)

  const changed = usage.takeChanged()

  t.strictSame(changed.map(({ consumer, count }) => [consumer, count]), [['carol', 1], ['alice', 3]])
})

t.test('changes are not kept without onUsage', async (t) => {
  const { usage, note } = makeUsage()
  note('alice', 'v1', 1000)

  const changed = usage.takeChanged()

  t.strictSame(changed, [])
})

t.test('a clock that is set back does not suppress events', async (t) => {
  const { note } = makeUsage()

  const reported = [50 * hour, 1000, 2000].map((now) => note('alice', 'v1', now, 'pin', true))

  t.strictSame(reported, [true, true, false])
})
