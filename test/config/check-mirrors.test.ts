import { test } from 'tap'
import type { MirrorConfig } from '../../types/index.ts'
import { gatewayProblems } from '../helpers/problems.ts'

const mirror: MirrorConfig = { name: 'next', from: 'latest', version: 'v2' }
const compare = { ignore: ['/updatedAt', '/items/*/a~1b', '/'], control: true }

test('complete mirrors have no problems', async (t) => {
  const complete = { ...mirror, percent: 0.5, methods: ['GET', 'QUERY'], maxBodyBytes: 0, timeoutMs: 1, maxInFlight: 1, forwardCredentials: true, compare }

  const problems = gatewayProblems({
    aliases: { stable: 'v2' }, mirrors: [complete, { ...mirror, name: 'b', version: 'stable' }], routes: [{ name: 'a', mirror: [{ version: 'v2', compare }] }]
  })

  t.same(problems, [])
})

const cases: Array<[title: string, mirrors: unknown[], path: string, words: string]> = [
  ['two mirrors with one name', [mirror, { ...mirror, version: 'v2' }], 'mirrors.1.name', "'next' is also the name of mirrors[0]"],
  ['an unknown version', [{ ...mirror, version: 'v9' }], 'mirrors.0.version', "'v9' is neither a version nor an alias"],
  ['an unknown source', [{ ...mirror, from: 'v9' }], 'mirrors.0.from', "'v9' is neither a version nor an alias"],
  ['a mirror to the same version', [{ ...mirror, version: 'LATEST' }], 'mirrors.0.version', 'Name another version'],
  ['a pointer without a slash', [{ ...mirror, compare: { ignore: ['updatedAt'] } }], 'mirrors.0.compare.ignore.0', 'a JSON Pointer'],
  ['a pointer with a bare tilde', [{ ...mirror, compare: { ignore: ['/a~b'] } }], 'mirrors.0.compare.ignore.0', 'a JSON Pointer'],
  ['a pointer to whole bodies', [{ ...mirror, compare: { ignore: [''] } }], 'mirrors.0.compare.ignore.0', 'a JSON Pointer'],
  ['a control that repeats a POST', [{ ...mirror, methods: ['POST'], compare }], 'mirrors.0.compare.control', 'would repeat POST requests'],
  ['a percentage above 100', [{ ...mirror, percent: 101 }], 'mirrors.0.percent', 'a percentage from 0 to 100'],
  ['a mirror without a source', [{ name: 'a', version: 'v2' }], 'mirrors.0.from', 'missing. Expected a version or an alias'],
  ['a mirror that is no object', ['v2'], 'mirrors.0', 'a mirror: an object with name, from, version']
]
for (const [title, mirrors, path, words] of cases) {
  test(`${title} is a problem`, async (t) => {
    const problems = gatewayProblems({ mirrors: mirrors as MirrorConfig[] })

    t.equal(problems.length, 1)
    t.match(problems[0], { path: path.replaceAll(/\.(\d+)/g, '[$1]'), message: words })
  })
}

test('the mirrors of rules are checked, too', async (t) => {
  const problems = gatewayProblems({ routes: [{ name: 'a', mirror: [{ version: 'v2', methods: ['PUT'], compare }, { version: 'v9' }] }] })

  t.strictSame(problems.map(({ path }) => path).sort(), ['routes[0].mirror[0].compare.control', 'routes[0].mirror[1].version'])
})

test('mirrors and rules of the wrong shape are reported once', async (t) => {
  for (const [config, path] of [
    [{ mirrors: 'v2' }, 'mirrors'],
    [{ mirrors: [mirror], routes: 'all' }, 'routes'],
    [{ routes: [{ name: 'a', mirror: 'v2' }] }, 'routes[0].mirror']
  ] as const) t.strictSame(gatewayProblems(config).map((problem) => problem.path), [path])
})

test('without valid versions, mirrors are still compared with each other', async (t) => {
  const problems = gatewayProblems({ versions: [], mirrors: [mirror, { ...mirror, version: 'unknown' }] })

  t.strictSame(problems.map(({ path }) => path).sort(), ['mirrors[1].name', 'versions'])
})
