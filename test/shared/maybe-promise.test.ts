import { test } from 'tap'
import { chain, isPromise, settle } from '../../lib/shared/maybe-promise.ts'

const thenable = { then: (resolved: (value: string) => void) => resolved('v2') } as unknown as Promise<string>

for (const [title, value, expected] of [
  ['a promise', Promise.resolve('v2'), true], ['a thenable of another library', thenable, true], ['text', 'v2', false],
  ['null', null, false], ['undefined', undefined, false], ['an object', { then: true }, false]
] as const) {
  test(`${title} is ${expected ? '' : 'not '}taken for a promise`, async (t) => {
    const given: unknown = value

    const verdict = isPromise(given)

    t.equal(verdict, expected)
  })
}

test('a chain goes on at once when the value is there', async (t) => {
  const value = 'v2'

  const next = chain(value, (id) => `${id}!`)

  t.equal(next, 'v2!')
})

test('a chain goes on later when the value is promised', async (t) => {
  const value = Promise.resolve('v2')

  const next = chain(value, (id) => `${id}!`)

  t.ok(isPromise(next))
  t.equal(await next, 'v2!')
})

test('a chain does not go on from a rejection', async (t) => {
  const value = Promise.reject(new Error('down'))
  const called: unknown[] = []

  const next = chain<unknown, unknown>(value, (id) => called.push(id))

  await t.rejects(next as Promise<unknown>, { message: 'down' })
  t.same(called, [])
})

/** Settles and notes what was reported, and whether it was at once. */
function watch (produce: () => string | Promise<string>) {
  let wasAtOnce = true
  const reported = new Promise<object>((resolve) => {
    settle(produce, (value) => resolve({ value, wasAtOnce }), (error) => resolve({ error, wasAtOnce }))
  })
  wasAtOnce = false
  return reported
}

const down = new Error('down')

for (const { title, produce, report } of [
  { title: 'a value is reported at once', produce: () => 'v2', report: { value: 'v2', wasAtOnce: true } },
  { title: 'what is thrown is reported at once', produce: () => { throw down }, report: { error: down, wasAtOnce: true } },
  { title: 'a promised value is reported later', produce: async () => 'v2', report: { value: 'v2', wasAtOnce: false } },
  { title: 'a rejection is reported later', produce: async () => { throw down }, report: { error: down, wasAtOnce: false } }
]) {
  test(title, async (t) => {
    const given: () => string | Promise<string> = produce

    const reported = await watch(given)

    t.same(reported, report)
  })
}

test('an error of the one who is told is not reported as one of the producer', async (t) => {
  const errors: unknown[] = []
  const resolved = () => { throw down }

  const act = () => settle(() => 'v2', resolved, (error) => errors.push(error))

  t.throws(act, down)
  t.same(errors, [])
})
