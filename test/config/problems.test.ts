import { test } from 'tap'
import { Problems, show } from '../../lib/config/problems.ts'
import { configError } from '../helpers/problems.ts'

test('no problem throws nothing', async (t) => {
  const problems = new Problems()

  const error = configError(() => problems.throwIfAny('the gateway config'))

  t.equal(error, undefined)
})

test('one problem is announced in the singular, with its path and message', async (t) => {
  const problems = new Problems()
  problems.add('versions', 'there is none.')

  const error = configError(() => problems.throwIfAny('the gateway config'))

  t.equal(error?.message, 'VERSION_CONFIG_INVALID: 1 problem in the gateway config\n- versions: there is none.')
})

test('several problems are listed in the order in which they were found', async (t) => {
  const problems = new Problems()
  problems.add('b', 'is wrong.')
  problems.addMisshapen('a', 'is no number.')

  const error = configError(() => problems.throwIfAny('the versions'))

  t.equal(error?.message, 'VERSION_CONFIG_INVALID: 2 problems in the versions\n- b: is wrong.\n- a: is no number.')
})

test('the error carries its problems as frozen data', async (t) => {
  const problems = new Problems()
  problems.add('a', 'is wrong.')

  const error = configError(() => problems.throwIfAny('the versions'))

  t.same(error?.problems, [{ path: 'a', message: 'is wrong.' }])
  t.ok(Object.isFrozen(error?.problems))
})

test('a message with a percent sign in it is kept word for word', async (t) => {
  const problems = new Problems()
  problems.add('a', "got '%s %d %j %%'.")

  const error = configError(() => problems.throwIfAny('the versions'))

  t.match(error?.message, "- a: got '%s %d %j %%'.")
})

for (const { place, misshapen, wellShaped } of [
  { place: 'list[1]', misshapen: true, wellShaped: false },
  { place: 'list[1].name', misshapen: true, wellShaped: false },
  { place: 'list[1][0]', misshapen: true, wellShaped: false },
  { place: 'list', misshapen: false, wellShaped: false },
  { place: 'list[0]', misshapen: false, wellShaped: true },
  { place: 'list[10]', misshapen: false, wellShaped: true },
  { place: 'listing', misshapen: false, wellShaped: true }
]) {
  test(`with list[1] misshapen, ${place} is ${misshapen ? '' : 'not '}misshapen and ${wellShaped ? '' : 'not '}well shaped`, async (t) => {
    const problems = new Problems()
    problems.addMisshapen('list[1]', 'is no object.')

    const verdicts = { misshapen: problems.isMisshapen(place), wellShaped: problems.isWellShaped(place) }

    t.same(verdicts, { misshapen, wellShaped })
  })
}

test('a problem that leaves the type right does not make its place misshapen', async (t) => {
  const problems = new Problems()
  problems.add('a', 'is unknown.')

  const verdicts = [problems.isMisshapen('a'), problems.isWellShaped('a')]

  t.same(verdicts, [false, true])
})

for (const { value, shown } of [
  { value: 'v2', shown: "'v2'" },
  { value: '', shown: "''" },
  { value: 5, shown: '5' },
  { value: null, shown: 'null' },
  { value: undefined, shown: 'undefined' },
  { value: ['a', 5], shown: '["a",5]' },
  { value: { a: 1 }, shown: '{"a":1}' },
  { value: () => 'v2', shown: 'a function' },
  { value: Symbol('v2'), shown: 'Symbol(v2)' }
]) {
  test(`a problem shows ${typeof value} ${String(value) || 'without text'} as ${shown}`, async (t) => {
    const given = value

    const text = show(given)

    t.equal(text, shown)
  })
}

test('a long value is cut off at 80 characters', async (t) => {
  const given = 'x'.repeat(200)

  const text = show(given)

  t.equal(text, `'${'x'.repeat(76)}...`)
  t.equal(text.length, 80)
})
