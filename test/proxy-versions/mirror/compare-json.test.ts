import t from 'tap'
import { compareJson } from '../../../lib/proxy-versions/mirror/compare-json.ts'
import { parsePointer } from '../../../lib/proxy-versions/mirror/pointers.ts'

const cases: Array<[title: string, one: unknown, other: unknown, found: string[], ignored?: string[]]> = [
  ['equal values', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['another order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['a value in a list', { items: [{ price: 1 }] }, { items: [{ price: 2 }] }, ['value /items/0/price']],
  ['another type', { a: 1 }, { a: '1' }, ['type /a']],
  ['null instead of an object', { a: {} }, { a: null }, ['type /a']],
  ['a list instead of an object', { a: {} }, { a: [] }, ['type /a']],
  ['members of one side', { a: 1 }, { b: 1 }, ['missing /a', 'added /b']],
  ['a shorter list', [1, 2], [1], ['missing /1']],
  ['a longer list', [1], [1, 2], ['added /1']],
  ['the whole value', 1, 2, ['value body']],
  ['names with special characters', { 'a/b': 1, 'c~d': 1 }, { 'a/b': 2, 'c~d': 2 }, ['value /a~1b', 'value /c~0d']],
  ['names of inherited members', {}, { constructor: 1, toString: 1 }, ['added /constructor', 'added /toString']],
  ['an ignored member', { a: 1, b: 1 }, { a: 2, b: 2 }, ['value /b'], ['/a']],
  ['members of an ignored one', { a: { b: 1 } }, { a: { b: 2, c: 1 } }, [], ['/a']],
  ['an ignored member of one side', { a: 1 }, {}, [], ['/a']],
  ['ignored members of any item', [{ a: 1, b: 1 }, { a: 1 }], [{ a: 2, b: 2 }, { a: 2 }], ['value /0/b'], ['/*/a']],
  ['an ignored name with a slash', { 'a/b': 1 }, { 'a/b': 2 }, [], ['/a~1b']]
]
for (const [title, one, other, expected, ignored = []] of cases) {
  t.test(`comparison: ${title}`, async (t) => {
    const found = compareJson(one, other, ignored.map(parsePointer))

    t.strictSame(found.map(({ kind, at }) => `${kind} ${at}`), expected)
  })
}

t.test('a member named __proto__ is compared like any other', async (t) => {
  // An upstream may send this name, and a plain object would take it as its prototype.
  const found = compareJson(JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":2}}'), [])

  t.strictSame(found, [{ at: '/__proto__/a', kind: 'value' }])
})

t.test('a deeply nested value does not overflow the stack', async (t) => {
  const nested = (value: string): unknown => JSON.parse(`${'['.repeat(100_000)}${value}${']'.repeat(100_000)}`)

  t.strictSame(compareJson(nested('1'), nested('2'), []), [])
})

t.test('a long list has a limited number of differences', async (t) => {
  const list = (value: number) => Array.from({ length: 5_000 }, () => value)

  t.equal(compareJson(list(1), list(2), []).length, 1_000)
})

t.test('long names are cut off', async (t) => {
  const [difference] = compareJson({ ['a'.repeat(10_000)]: 1 }, {}, [])

  t.equal(difference!.at.length, 257)
})

t.test('at most 1000 added members are found', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`member${index}`, index]))

  t.equal(compareJson({}, many, []).length, 1_000)
})
