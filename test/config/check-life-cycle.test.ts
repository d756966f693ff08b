import { test } from 'tap'
import { defineVersions } from '../../lib/index.ts'
import type { RegistryOptions, VersionsConfig } from '../../types/index.ts'
import { type Case, gatewayProblems, pathsOf, problemsOf, missingWords } from '../helpers/problems.ts'

const upstream = 'http://a:8080'
const dates = { deprecatedAt: '2026-01-01', sunsetAt: '2026-06-01' }
const window = { start: '2026-05-01T10:00:00Z', end: '2026-05-01T11:00:00Z' }
const others = { latest: { upstream }, v2: { upstream } }

test('a complete life cycle is valid, with dates in every format', async (t) => {
  const versions = {
    ...others,
    v1: {
      upstream,
      releasedAt: new Date(0),
      deprecatedAt: Date.UTC(2026, 0, 1),
      sunsetAt: '2026-06-01T12:00:00.5+02:00',
      enforceSunset: true,
      successor: 'stable',
      onRetired: 'forward',
      links: { deprecation: 'https://a.test/d', sunset: 'https://a.test/s', successor: 'https://a.test/n', latest: 'https://a.test/l?a=1#b' },
      brownouts: [{ ...window, mode: 'observe', exempt: () => true }],
      disabled: { reason: 'x', to: 'v2', retryAfter: 0 },
      hidden: false
    },
    v3: { upstream, state: 'preview', public: true, disabled: false }
  }

  const problems = gatewayProblems({ versions, aliases: { stable: 'v2' } })

  t.same(problems, [])
})

const broken: Case[] = [
  ['a date in words', { deprecatedAt: 'next May' }, 'deprecatedAt', ["'next May'", '2026-12-31']],
  ['a date that is none of the calendar', { deprecatedAt: '2026-02-30' }, 'deprecatedAt', ["'2026-02-30'"]],
  ['a time without a zone', { sunsetAt: '2026-02-03T10:00' }, 'sunsetAt', ["'2026-02-03T10:00'"]],
  ['an invalid Date', { releasedAt: new Date(NaN) }, 'releasedAt', ['an object']],
  ['an end before the deprecation', { deprecatedAt: '2026-02-01', sunsetAt: '2026-01-31' }, 'sunsetAt', ['2026-01-31', 'before', '2026-02-01']],
  ['the enforcement of no end', { enforceSunset: true }, 'enforceSunset', ['sunsetAt']],
  ['a successor that is no version', { ...dates, successor: 'v22' }, 'successor', ["'v22'", "Did you mean 'v2'?"]],
  ['itself as successor', { successor: 'V1' }, 'successor', ["leads back to 'v1'"]],
  ['itself as successor under another name', { successor: 'old' }, 'successor', ["leads back to 'v1'"]],
  ['forwarding without a successor', { onRetired: 'forward' }, 'onRetired', ['successor']],
  ['brownouts of a version that is not deprecated', { brownouts: [window] }, 'brownouts', ['deprecatedAt']],
  ['a brownout that ends first', { ...dates, brownouts: [{ start: window.end, end: window.start }] }, 'brownouts[0]', ['before it starts']],
  ['a brownout without an end', { ...dates, brownouts: [{ start: window.start }] }, 'brownouts[0].end', ['missing']],
  ['a mode of a brownout that is none', { ...dates, brownouts: [{ ...window, mode: 'warn' }] }, 'brownouts[0].mode', ["'enforce' or 'observe'"]],
  ['a state that follows from dates', { state: 'retired' }, 'state', ["'preview'"]],
  ['a page without a scheme', { links: { sunset: 'docs.a.test/v1' } }, 'links.sunset', ['absolute']],
  ['a page that would end its field', { links: { sunset: 'https://a.test/>; rel="x"' } }, 'links.sunset', ['absolute']],
  ['a replacement that is no version', { disabled: { to: 'v9' } }, 'disabled.to', ["'v9'"]],
  ['itself as replacement', { disabled: { to: 'old' } }, 'disabled.to', ["leads back to 'v1'"]],
  ['a switch that is none', { disabled: 'yes' }, 'disabled', ["'yes'"]]
].map(([title, v1, place, words]) => ({ title, config: v1, path: `versions.v1.${place as string}`, words }) as Case)

for (const { title, config, path, words } of broken) {
  test(`a version is rejected if it has ${title}`, async (t) => {
    const versions = { ...others, v1: { upstream, ...config } }

    const problems = gatewayProblems({ versions, aliases: { old: 'v1' } })

    t.same(pathsOf(problems), [path])
    t.same(missingWords(problems[0], words), [])
  })
}

test('circular successors are rejected, wherever the circle is entered', async (t) => {
  const versions = { latest: { upstream, successor: 'v1' }, v1: { upstream, successor: 'next' }, v2: { upstream, successor: 'v1' } }

  const problems = gatewayProblems({ versions, aliases: { next: 'v2' } })

  t.same(pathsOf(problems), ['versions.v1.successor', 'versions.v2.successor'])
})

for (const [title, aliases, value] of [['by its id', {}, 'v1'], ['by an alias', { main: 'first', first: 'v1' }, 'main']] as const) {
  test(`a version that is the default ${title} cannot have brownouts`, async (t) => {
    const versions = { ...others, v1: { upstream, ...dates, brownouts: [window] } }

    const problems = gatewayProblems({ versions, aliases, resolve: { default: value } })

    t.same(pathsOf(problems), ['versions.v1.brownouts'])
  })
}

const formats: Array<[title: string, ids: string[], options: RegistryOptions, paths: string[]]> = [
  ['whole numbers that are the same', ['2', 'v02'], { format: 'integer' }, ['versions.v02']],
  ['semantic versions that are the same', ['2', 'v2.0.0', '2.0.0-rc.1'], { format: 'semver' }, ["versions['v2.0.0']"]],
  ['a date that is none of the calendar', ['2016-02-30', '2016-02-29', 'latest'], { format: 'date' }, ['versions.2016-02-30']],
  ['names of any other form', ['2', 'two', 'v2-beta'], { format: 'integer' }, []],
  ['a floor of what are no dates', ['v1'], { dateMatch: 'floor' }, ['dateMatch']],
  ['ranges of what are no semantic versions', ['v1'], { ranges: true }, ['ranges']],
  ['a format that there is not', ['v1'], { format: 'roman' as 'integer' }, ['format']],
  ['sizes and times that are none', ['v1'], { usage: { max: 0, flushMs: 1.5 }, retireGuard: { idleDays: -1, allowTiers: ['any' as 'pin'] } },
    ['usage.max', 'usage.flushMs', 'retireGuard.idleDays', 'retireGuard.allowTiers[0]']],
  ['an option that there is not', ['v1'], { clock: Date.now } as RegistryOptions, ['clock']]
]
for (const [title, ids, options, paths] of formats) {
  test(`defineVersions with ${title} reports ${paths.length} problems`, async (t) => {
    const versions: VersionsConfig = Object.fromEntries(ids.map((id) => [id, { upstream }]))

    const problems = problemsOf(() => defineVersions(versions, options))

    t.same(pathsOf(problems), paths)
  })
}
