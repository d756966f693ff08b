import t from 'tap'
import { answerAtOnce } from '../../lib/shared/answer-at-once.ts'

t.test('gives what a function answers', async (t) => {
  const sum = (one: number, other: number): number => one + other

  t.equal(answerAtOnce(sum, 1, 2), 3)
})

t.test('throws what a function throws', async (t) => {
  const fault = new Error('no')

  t.throws(() => answerAtOnce(() => { throw fault }), fault)
})

t.test('a promise is no answer, whatever becomes of it', async (t) => {
  const late = [async () => 1, async () => { throw new Error('no') }, () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('no')) })]

  for (const ask of late) t.throws(() => answerAtOnce(ask as () => unknown), { message: 'it must be synchronous, but returned a promise' })
})
