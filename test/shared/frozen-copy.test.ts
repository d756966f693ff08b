import t from 'tap'
import { frozenCopy } from '../../lib/shared/frozen-copy.ts'

class Config {
  targets = ['http://a']
}

for (const [title, value] of [
  ['a plain object', { list: [{ a: 1 }] }],
  ['an object without a prototype', Object.assign(Object.create(null), { list: [{ a: 1 }] })],
  ['a map', new Map([['a', { list: [1] }]])]
] as const) {
  t.test(`${title} is copied`, async (t) => {
    const copy = frozenCopy<unknown>(value)

    t.not(copy, value)
    t.same(copy, value)
  })
}

t.test('a class instance is copied with its members, and the copy is frozen', async (t) => {
  const config = new Config()

  const copy = frozenCopy(config)
  config.targets.push('http://b')

  t.strictSame(copy, { targets: ['http://a'] })
  t.throws(() => copy.targets.push('http://b'), TypeError)
})

t.test('a date is copied', async (t) => {
  const date = new Date(1000)

  const copy = frozenCopy(date)
  date.setTime(2000)

  t.equal(copy.getTime(), 1000)
})

t.test('functions and buffers are not copied', async (t) => {
  const value = { call: () => {}, bytes: Buffer.from('a') }

  const copy = frozenCopy(value)

  t.equal(copy.call, value.call)
  t.equal(copy.bytes, value.bytes)
})

t.test('a circular reference is not copied', async (t) => {
  const value: Record<string, unknown> = { a: 1 }
  value['self'] = value

  const copy = frozenCopy(value)

  t.equal(copy['a'], 1)
  t.equal(copy['self'], value)
})

t.test('a dispatcher is not copied: it has connections', async (t) => {
  const dispatcher = { dispatch: () => true, connections: [] }

  const { dispatcher: kept } = frozenCopy({ dispatcher })

  t.equal(kept, dispatcher)
  t.notOk(Object.isFrozen(dispatcher.connections))
})
