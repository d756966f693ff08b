import t from 'tap'
import { callSync } from '../../lib/shared/call-sync.ts'

t.test('returns the result of the function', async (t) => {
  const sum = (one: number, other: number): number => one + other

  t.equal(callSync(sum, 1, 2), 3)
})

t.test('throws the error of the function', async (t) => {
  const fault = new Error('no')

  t.throws(() => callSync(() => { throw fault }), fault)
})

t.test('throws if the function returns a promise, whether that resolves or rejects', async (t) => {
  const late = [async () => 1, async () => { throw new Error('no') }, () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('no')) })]

  for (const callback of late) t.throws(() => callSync(callback as () => unknown), { message: 'it must be synchronous, but returned a promise' })
})
