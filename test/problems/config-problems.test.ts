import { test } from 'tap'
import { type Path, Problems, show } from '../../lib/problems/config-problems.ts'
import { configError } from '../helpers/problems.ts'

test('no error is thrown without problems', async (t) => {
  const problems = new Problems()

  const error = configError(() => problems.throwIfAny('the gateway config'))

  t.equal(error, undefined)
})

test('a single problem is announced in the singular, with its path and message', async (t) => {
  const problems = new Problems()
  problems.add(['versions'], 'there is none.')

  const error = configError(() => problems.throwIfAny('the gateway config'))

  t.equal(error?.message, 'VERSION_CONFIG_INVALID: 1 problem in the gateway config\n- versions: there is none.')
})

test('several problems are listed in order', async (t) => {
  const problems = new Problems()
  problems.add(['b'], 'is wrong.')
  problems.addMisshapen(['a'], 'is no number.')

  const error = configError(() => problems.throwIfAny('the versions'))

  t.equal(error?.message, 'VERSION_CONFIG_INVALID: 2 problems in the versions\n- b: is wrong.\n- a: is no number.')
})

test('a message lists the first 100 problems and counts the others, and the error carries all', async (t) => {
  const problems = new Problems()
  for (let index = 0; index < 150; index++) problems.add(['list', index], () => 'is wrong.')

  const error = configError(() => problems.throwIfAny('the versions'))

  t.match(error?.message, /^VERSION_CONFIG_INVALID: 150 problems .*\n- list\[99\]: is wrong\.\n- and 50 more\.$/s)
  t.equal(error?.problems.length, 150)
})

test('the error exposes its problems as frozen data', async (t) => {
  const problems = new Problems()
  problems.add(['a'], 'is wrong.')

  const error = configError(() => problems.throwIfAny('the versions'))

  t.same(error?.problems, [{ path: 'a', message: 'is wrong.' }])
  t.ok(Object.isFrozen(error?.problems))
})

test('a percent sign in a message is kept', async (t) => {
  const problems = new Problems()
  problems.add(['a'], "got '%s %d %j %%'.")

  const error = configError(() => problems.throwIfAny('the versions'))

  t.match(error?.message, "- a: got '%s %d %j %%'.")
})

const places: Array<[place: Path, misshapen: boolean, incomplete: boolean]> = [
  [['list', 1], true, true],
  [['list', 1, 'name'], true, true],
  [['list'], false, true],
  [['list', 0], false, false],
  [['list', 10], false, false],
  [['listing'], false, false]
]
for (const [place, misshapen, incomplete] of places) {
  test(`if list[1] is malformed, ${place.join('.')} is ${misshapen ? '' : 'not '}malformed and ${incomplete ? '' : 'not '}incomplete`, async (t) => {
    const problems = new Problems()
    problems.addMisshapen(['list', 1], 'is no object.')

    const verdicts = { misshapen: problems.isMisshapen(place), incomplete: problems.isIncomplete(place) }

    t.same(verdicts, { misshapen, incomplete })
  })
}

test('a problem with a value of the right type does not mark its path as malformed', async (t) => {
  const problems = new Problems()
  problems.add(['a'], 'is unknown.')

  const verdicts = [problems.isMisshapen(['a']), problems.isIncomplete(['a'])]

  t.same(verdicts, [false, false])
})

test('a version is not confused with another whose id is a prefix of it', async (t) => {
  const problems = new Problems()
  problems.addMisshapen(['versions', 'v1'], 'is no object.')

  const verdict = problems.isMisshapen(['versions', 'v1.2'])

  t.equal(verdict, false)
})

const paths: Array<[path: Path, shown: string]> = [
  [['identity', 'providers', 0, 'issuer'], 'identity.providers[0].issuer'],
  [['versions', '2026-03-01'], 'versions.2026-03-01'],
  [['versions', '2', 'upstream'], 'versions.2.upstream'],
  [['versions', 'v1.2', 'upstream'], "versions['v1.2'].upstream"],
  [['versions', 'a\n- fake: x'], "versions['a\\n- fake: x']"]
]
for (const [path, shown] of paths) {
  test(`a path is formatted as ${shown}`, async (t) => {
    const problems = new Problems()
    problems.add(path, 'is wrong.')

    const error = configError(() => problems.throwIfAny('the test'))

    t.equal(error?.problems[0]?.path, shown)
  })
}

for (const { value, shown } of [
  { value: 'v2', shown: "'v2'" },
  { value: '', shown: "''" },
  { value: 5, shown: '5' },
  { value: null, shown: 'null' },
  { value: undefined, shown: 'undefined' },
  { value: ['a', 5], shown: "['a', 5]" },
  { value: { k: 'secret' }, shown: 'an object' },
  { value: [{ k: 'secret' }], shown: '[an object]' },
  { value: 5n, shown: '5' },
  { value: "it's", shown: "'it\\'s'" },
  { value: NaN, shown: 'NaN' },
  { value: 'http://user:secret@a', shown: "'http://***@a'" },
  { value: 'a\n"b"', shown: "'a\\n\"b\"'" },
  { value: () => 'v2', shown: 'a function' },
  { value: Symbol('v2'), shown: 'Symbol(v2)' }
]) {
  test(`${typeof value} ${String(value) || 'without text'} is shown as ${shown} in a problem`, async (t) => {
    const given = value

    const text = show(given)

    t.equal(text, shown)
  })
}

test('a long value is truncated to 80 characters', async (t) => {
  const given = 'x'.repeat(200)

  const text = show(given)

  t.equal(text, `'${'x'.repeat(77)}...'`)
})
