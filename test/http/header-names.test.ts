import { test } from 'tap'
import { foldName, HeaderNames } from '../../lib/http/header-names.ts'

const spellings = ['x-target-version', 'X-Target-Version', 'X_Target_Version', 'x.target.version', 'X_Target.Version', 'x-target_version']

for (const spelling of spellings) {
  test(`${spelling} is folded into the canonical spelling of its header`, async (t) => {
    const name = spelling

    const folded = foldName(name)

    t.equal(folded, 'x-target-version')
  })

  test(`a set with x-target-version contains ${spelling}`, async (t) => {
    const names = new HeaderNames(['x-target-version'])

    const verdict = names.has(spelling)

    t.equal(verdict, true)
  })

  test(`a set with ${spelling} contains x-target-version`, async (t) => {
    const names = new HeaderNames([spelling])

    const verdict = names.has('x-target-version')

    t.equal(verdict, true)
  })
}

for (const other of ['x-target', 'x-target-version-2', 'xtargetversion', 'x-target version', '']) {
  test(`a set with x-target-version does not contain ${JSON.stringify(other)}`, async (t) => {
    const names = new HeaderNames(['x-target-version'])

    const verdict = names.has(other)

    t.equal(verdict, false)
  })
}

test('an empty set contains nothing', async (t) => {
  const names = new HeaderNames()

  const verdicts = ['host', ''].map((name) => names.has(name))

  t.same(verdicts, [false, false])
})

for (const [name, expected] of [
  ['x-user-id', true], ['X_User_Id', true], ['x-user-', true], ['x-user', false], ['x-users', false], ['y-x-user-id', false]
] as const) {
  test(`the prefix X_User-* ${expected ? 'covers' : 'does not cover'} ${name}`, async (t) => {
    const names = new HeaderNames(['X_User-*'])

    const verdict = names.has(name)

    t.equal(verdict, expected)
  })
}

test('a name can be added after it was looked up', async (t) => {
  const names = new HeaderNames(['x-a'])
  const before = names.has('x-b')

  names.add(['x-b'])

  t.same([before, names.has('x-b'), names.has('x-a')], [false, true, true])
})

test('results are correct for more spellings than are remembered', async (t) => {
  const names = new HeaderNames(['x-1500', 'x-even-*'])
  const lookups = Array.from({ length: 3000 }, (_, index) => `X_${index}`)

  const owned = lookups.filter((name) => names.has(name))

  t.same(owned, ['X_1500'])
  t.equal(names.has('X_Even_1'), true)
})
