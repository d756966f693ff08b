import t from 'tap'
import { MockAgent } from 'undici'
import { isSameConfig } from '../../lib/shared/is-same-config.ts'

const [one, other] = [new MockAgent(), new MockAgent()]

for (const [title, [first, second], isSame] of [
  ['equal options', [{ targets: ['a'], tls: { ca: Buffer.from('a') } }, { targets: ['a'], tls: { ca: Buffer.from('a') } }], true],
  ['another value', [{ tls: { servername: 'a' } }, { tls: { servername: 'b' } }], false],
  ['another option', [{ a: undefined }, { b: undefined }], false],
  ['one option more', [{ a: 1 }, { a: 1, b: 1 }], false],
  ['the same dispatcher', [{ upstream: { dispatcher: one } }, { upstream: { dispatcher: one } }], true],
  ['another dispatcher of the same class', [{ upstream: { dispatcher: one } }, { upstream: { dispatcher: other } }], false],
  ['a dispatcher and none', [{ upstream: { dispatcher: one } }, { upstream: {} }], false]
] as const) {
  t.test(`${title}: ${isSame ? 'the same' : 'different'}`, async (t) => {
    t.equal(isSameConfig(first, second), isSame)
    t.equal(isSameConfig(second, first), isSame)
  })
}
