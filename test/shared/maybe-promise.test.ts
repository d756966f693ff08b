import { test } from 'tap'
import { chain, isPromise, type MaybePromise, runSteps, type Steps, wait } from '../../lib/shared/maybe-promise.ts'

const thenable = { then: (resolved: (value: string) => void) => resolved('v2') } as unknown as Promise<string>

for (const [title, value, expected] of [
  ['a promise', Promise.resolve('v2'), true], ['a thenable of another library', thenable, true], ['text', 'v2', false],
  ['null', null, false], ['undefined', undefined, false], ['an object', { then: true }, false]
] as const) {
  test(`${title} is ${expected ? '' : 'not '}recognized as a promise`, async (t) => {
    const given: unknown = value

    const verdict = isPromise(given)

    t.equal(verdict, expected)
  })
}

test('chain continues synchronously with a plain value', async (t) => {
  const value = 'v2'

  const next = chain(value, (id) => `${id}!`)

  t.equal(next, 'v2!')
})

test('chain continues asynchronously with a promised value', async (t) => {
  const value = Promise.resolve('v2')

  const next = chain(value, (id) => `${id}!`)

  t.ok(isPromise(next))
  t.equal(await next, 'v2!')
})

test('chain does not continue after a rejection', async (t) => {
  const value = Promise.reject(new Error('down'))
  const called: unknown[] = []

  const next = chain<unknown, unknown>(value, (id) => called.push(id))

  await t.rejects(next as Promise<unknown>, { message: 'down' })
  t.same(called, [])
})

function * sum (...values: Array<number | Promise<number>>): Steps<number> {
  let total = 0
  for (const value of values) total += yield * wait(value)
  return total
}

test('steps without waits finish synchronously', async (t) => {
  t.equal(runSteps(sum(1, 2)), 3)
})

test('steps continue when a promise is fulfilled', async (t) => {
  const result = runSteps(sum(1, Promise.resolve(2), 3, Promise.resolve(4)))

  t.ok(isPromise(result))
  t.equal(await result, 10)
})

test('a step can catch a rejection', async (t) => {
  function * caught (): Steps<string> {
    try {
      return yield * wait(Promise.reject(new Error('down')))
    } catch (error) {
      return (error as Error).message
    }
  }

  t.equal(await runSteps(caught()), 'down')
})

test('an error in a step throws before the first wait and rejects after it', async (t) => {
  function * failing (first: MaybePromise<number>): Steps<never> {
    throw new Error(`failed after ${yield * wait(first)}`)
  }

  t.throws(() => runSteps(failing(1)), { message: 'failed after 1' })
  await t.rejects(runSteps(failing(Promise.resolve(2))) as Promise<never>, { message: 'failed after 2' })
})
