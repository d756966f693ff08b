import t from 'tap'
import { BodyPeek } from '../../../lib/proxy-versions/request/body-peek.ts'

t.test('it needs bytes until there is one more than it keeps', async (t) => {
  const peek = new BodyPeek(4)

  t.strictSame(['ab', 'cd', 'ef', 'gh'].map((text) => peek.add(Buffer.from(text))), [true, true, false, false])
  t.match(await peek.result, { bytes: Buffer.from('abcd'), isWhole: false })
})

t.test('a body that ends is whole', async (t) => {
  const peek = new BodyPeek(4)
  peek.add(Buffer.from('abcd'))
  peek.end()

  t.match(await peek.result, { bytes: Buffer.from('abcd'), isWhole: true })
})

t.test('it fails with the body', async (t) => {
  const peek = new BodyPeek(4)
  peek.fail(new Error('gone'))

  await t.rejects(peek.result, { message: 'gone' })
})
