import t from 'tap'
import { tookTooLong, withTimeout } from '../../lib/shared/with-timeout.ts'

const never = new Promise<string>(() => {})

t.test('a promise that settles in time keeps its result', async (t) => {
  const late = (): string => 'late'

  t.equal(await withTimeout(Promise.resolve('in time'), 60_000, late), 'in time')
  await t.rejects(withTimeout(Promise.reject(new Error('broken')), 60_000, late), { message: 'broken' })
})

t.test('a promise that takes too long is replaced', async (t) => {
  t.equal(await withTimeout(never, 1, () => 'late'), 'late')
})

t.test('a promise that takes too long may be rejected', async (t) => {
  const limited = withTimeout(never, 1, () => { throw tookTooLong('lookup', 1) })

  await t.rejects(limited, { message: 'lookup took longer than 1 ms' })
})

t.test('0 means no limit', async (t) => {
  const slow = new Promise<string>((resolve) => { setTimeout(resolve, 2, 'done') })

  t.equal(await withTimeout(slow, 0, () => 'late'), 'done')
})
