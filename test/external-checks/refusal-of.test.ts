import t from 'tap'
import { refusalOf } from '../../lib/external-checks/refusal-of.ts'

const rawHeaders = ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Internal', '1', 'Connection', 'close'].map((text) => Buffer.from(text))
const response = { status: 403, rawHeaders, body: Buffer.from('no'), isCut: false }

t.test('a refusal has the body, and the headers that belong to it', async (t) => {
  const { statusCode, externalCheck, response: passed } = refusalOf('waf', response, true)

  t.match({ statusCode, externalCheck }, { statusCode: 403, externalCheck: 'waf' })
  t.strictSame(passed, { headers: { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }, body: Buffer.from('no') })
})

t.test('without passResponse, or with a body that is cut off, a refusal is a problem', async (t) => {
  t.equal(refusalOf('waf', response, false).response, undefined)
  t.equal(refusalOf('waf', { ...response, isCut: true }, true).response, undefined)
})
