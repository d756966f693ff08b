import t from 'tap'
import { fromCookie, fromHeader } from '../../../lib/index.ts'
import type { RegistryOptions, VersionConfig } from '../../../types/index.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

const header = [fromHeader('api-version')]
const dated = { format: 'date', dateMatch: 'floor' } as const
const ranged = { format: 'semver', ranges: true } as const

for (const [title, registry, hidden, others, named, id] of [
  ['a date', dated, '2025-06-01', ['2025-01-01', '2025-09-01'], '2025-06-01', '2025-01-01'],
  ['a range', ranged, '7.9.0', ['7.9.5', '8.0.0'], '7.9', '7.9.5']
] as Array<[string, RegistryOptions, string, string[], string, string]>) {
  t.test(`${title} that is also the id of a hidden version is resolved as if that did not exist`, async (t) => {
    const versions = Object.fromEntries([...others.map((other) => [other, {}]), [hidden, { hidden: true }]])
    const started = await startCase(t, { versions, registry, resolve: { override: header, default: others[0]! } })

    const { decision } = await sendAndExplain(t, started, { lines: versionHeader(named) })

    t.hasStrict(decision, { id, requested: named })
  })
}

t.test('if unknown names fall through to a weak resolver, names of hidden versions do, too', async (t) => {
  const override = [{ ...fromHeader('api-version'), onUnknown: 'next' as const }, fromCookie('v')]
  const started = await startCase(t, { versions: { v5: { hidden: true } }, resolve: { override } })

  const [unknown, hidden] = await Promise.all(['v9', 'v5'].map(async (name) =>
    await started.app.versions.explain({ headers: { 'api-version': name, cookie: 'v=v2' } })))

  t.hasStrict(unknown!.decision, { id: 'v2', source: 'cookie:v' })
  t.strictSame(hidden!.decision, unknown!.decision)
})

t.test('a public preview cannot be selected by a cookie, which may be outdated', async (t) => {
  const started = await startCase(t, { versions: { v4: { state: 'preview', public: true } }, resolve: { override: [...header, fromCookie('v')] } })

  const byCookie = await sendAndExplain(t, started, { lines: ['Cookie: v=v4'] })
  const byHeader = await sendAndExplain(t, started, { lines: versionHeader('v4') })

  t.equal(byCookie.status, 403)
  t.equal(byHeader.status, 200)
})

for (const life of [{ deprecatedAt: '2020-01-01' }, { retired: true }] as Array<Partial<VersionConfig>>) {
  t.test(`a preview for which ${Object.keys(life)[0]} is set is not accessible`, async (t) => {
    const started = await startCase(t, { versions: { v4: { state: 'preview', ...life } } })

    const { status, seen } = await sendAndExplain(t, started, { lines: versionHeader('v4') })

    t.equal(status, 403)
    t.equal(seen.code, 'VERSION_FORBIDDEN')
  })
}

for (const any of ['*', 'x', 'X', '^x', '~x', 'x.x']) {
  t.test(`${any} counts as no opinion if ranges are enabled`, async (t) => {
    const started = await startCase(t, {
      versions: { '5.0.0': {}, '6.0.0': {} }, registry: ranged, resolve: { override: header, default: '5.0.0' }
    })

    const { decision } = await sendAndExplain(t, started, { lines: versionHeader(any) })

    t.hasStrict(decision, { id: '5.0.0', tier: 'default' })
  })
}

t.test('a value that is longer than any list of names is malformed', async (t) => {
  const started = await startCase(t, { resolve: { override: header } })

  const { status, seen } = await sendAndExplain(t, started, { lines: versionHeader(`v2${' '.repeat(2000)}x`) })

  t.equal(status, 400)
  t.equal(seen.code, 'VERSION_MALFORMED')
})

t.test('an observed brownout does not mask an enforced one', async (t) => {
  const started = await startCase(t, {
    versions: {
      v2: {
        deprecatedAt: '2026-01-01',
        brownouts: [
          { start: '2026-05-30', end: '2026-06-05', mode: 'observe' }, { start: '2026-06-01', end: '2026-06-02' }
        ]
      }
    }
  })

  const { status, seen } = await sendAndExplain(t, started, { lines: versionHeader('v2') })

  t.equal(status, 410)
  t.equal(seen.code, 'VERSION_BROWNOUT')
})

t.test('the problem for a missing version explains where to name one, and that for an unknown version names the latest', async (t) => {
  const started = await startCase(t, { resolve: { override: header, default: 'required' } })

  const nothing = await sendAndExplain(t, started, {})
  const unknown = await sendAndExplain(t, started, { lines: versionHeader('v9') })

  t.strictSame(nothing.seen.readers, ['header:api-version'])
  t.equal(unknown.seen.latest, 'v3')
})
