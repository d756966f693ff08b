import t from 'tap'
import { parseObject } from '../../lib/identity/strict-json.ts'

const good: Record<string, object> = {
  '{}': {},
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}': { a: 1, b: { a: 1 }, c: [{ a: 1 }, { a: 2 }] },
  '{ "a" : "b:c,\\"a\\":{[" , "b":"a" }': { a: 'b:c,"a":{[', b: 'a' },
  '{"a":["a","a"],"":0}': { a: ['a', 'a'], '': 0 },
  '{"ü":1,"u\\u0308":2}': { ü: 1, ü: 2 },
  '{"a\\\\":1,"a":"\\\\"}': { 'a\\': 1, a: '\\' },
  '{"constructor":1,"toString":2}': { constructor: 1, toString: 2 }
}
for (const [json, value] of Object.entries(good)) {
  t.test(`${json} is parsed`, async (t) => {
    t.strictSame(parseObject(Buffer.from(json)), value)
  })
}

t.test('a member named __proto__ is an ordinary member', async (t) => {
  const value = parseObject(Buffer.from('{"__proto__":{"admin":true}}'))

  t.equal(Object.hasOwn(value, '__proto__'), true)
  t.equal(value['admin'], undefined)
})

const bad = [
  '', ' ', '{', 'null', '[]', '"a"', '5', '{"a":1}{}', '{"a":1,}', "{'a':1}", '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"a":{"b":1,"b":2}}',
  '{"a":[1,{"b":1,"c":{},"b":2}]}', '{"a":{},"b":[],"a":{}}', '{"__proto__":1,"__proto__":2}', '\ufeff{}', '{"a":"{","a":"}"}'
]
for (const json of bad) {
  t.test(`${JSON.stringify(json)} is rejected, and the error does not quote it`, async (t) => {
    t.throws(() => parseObject(Buffer.from(json)), { name: 'SyntaxError', message: /^(not JSON|not an object|a member is duplicated)$/ })
  })
}

t.test('invalid UTF-8 is rejected', async (t) => {
  t.throws(() => parseObject(Buffer.from('{"a":"\xff"}', 'latin1')), TypeError)
})
