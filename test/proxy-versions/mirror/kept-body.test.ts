import t from 'tap'
import { KeptBody } from '../../../lib/proxy-versions/mirror/kept-body.ts'

function keeping (limit: number) {
  const calls = { over: 0 }
  return { calls, body: new KeptBody(limit, () => { calls.over++ }) }
}

t.test('a body that fits is kept whole, and its chunks are copied', async (t) => {
  const { body, calls } = keeping(6)
  const chunk = Buffer.from('abc')

  body.add(chunk)
  chunk.fill(0)
  body.add(Buffer.from('def'))
  body.end()

  t.equal(body.whole?.toString(), 'abcdef')
  t.equal(calls.over, 1)
})

t.test('of a body that is too long, nothing is kept, whatever follows', async (t) => {
  const { body, calls } = keeping(2)

  body.add(Buffer.from('abc'))
  body.add(Buffer.from('d'))
  body.end()

  t.equal(body.whole, null)
  t.ok(body.isOver)
  t.equal(calls.over, 1)
})
