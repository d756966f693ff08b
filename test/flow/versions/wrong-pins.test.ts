import t from 'tap'
import { fromHeader } from '../../../lib/index.ts'
import type { ResolverAnswer } from '../../../types/index.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

const pinnedTo = (row: unknown) => ({
  resolve: { override: [fromHeader('api-version')], pin: [{ name: 'table', resolve: () => row as ResolverAnswer }] }
})

for (const locked of [1, '1', 'true', {}]) {
  t.test(`a pin with locked: ${JSON.stringify(locked)}, as a database may return it, is locked`, async (t) => {
    const started = await startCase(t, pinnedTo({ version: 'v2', locked }))

    const { status, seen } = await sendAndExplain(t, started, { lines: versionHeader('v3') })

    t.equal(status, 403)
    t.equal(seen.code, 'VERSION_LOCKED')
  })
}

for (const [version, code] of [['v9', 'PINNED_VERSION_UNAVAILABLE'], ['!!', 'PINNED_VERSION_INVALID'], [5n, 'PINNED_VERSION_INVALID']] as const) {
  t.test(`an invalid pin (${version}) refuses overrides if it is locked, and allows them if it is not`, async (t) => {
    const locked = await startCase(t, pinnedTo({ version, locked: true }))
    const unlocked = await startCase(t, pinnedTo({ version }))

    const held = await sendAndExplain(t, locked, { lines: versionHeader('v2') })
    const free = await sendAndExplain(t, unlocked, { lines: versionHeader('v2') })

    t.equal(held.status, 503)
    t.equal(held.seen.code, code)
    t.equal(free.status, 200)
  })
}

for (const row of [{ version: null, locked: true }, { version: undefined }, {}, { version: '' }, '', null]) {
  t.test(`a row without a version is not a pin: ${JSON.stringify(row)}`, async (t) => {
    const started = await startCase(t, pinnedTo(row))

    const { decision } = await sendAndExplain(t, started, {})

    t.hasStrict(decision, { id: 'v3', tier: 'default' })
  })
}
