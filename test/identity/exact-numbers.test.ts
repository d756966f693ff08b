import t from 'tap'
import { exactJson } from '../../lib/identity/exact-numbers.ts'
import { readWrittenClaim } from '../../lib/identity/claim-path.ts'
import { parseObject } from '../../lib/identity/strict-json.ts'

const read = (json: string): Record<string, unknown> => parseObject(Buffer.from(json))

const numbers: Array<[text: string, value: unknown]> = [
  ['1234567890123456789', '1234567890123456789'], ['1234567890123456790', '1234567890123456790'],
  ['-9223372036854775808', '-9223372036854775808'], ['18446744073709551615', '18446744073709551615'],
  ['9007199254740993', '9007199254740993'], ['9007199254740992', 9007199254740992], ['9007199254740991', 9007199254740991],
  ['10000000000000000000000', '10000000000000000000000'], ['1234567890123456', 1234567890123456],
  ['0.12345678901234567890', '0.12345678901234567890'], ['1.50', 1.5], ['1e400', '1e400'], ['1e-400', '1e-400'], ['1e20', 1e20], ['-0', -0],
  ['1.10', 1.1], ['1e3', 1000], ['1E3', 1000], ['42.0', 42], ['0.0000001', 1e-7], ['-0.0', -0], ['42', 42],
  ['0.000000000000000000', 0], ['100000000000000.50', 100000000000000.5]
]
for (const [text, value] of numbers) {
  t.test(`${text} keeps its digits`, async (t) => {
    const claims = read(`{"a":${text},"b":[[${text} , {"c": ${text}}]],"d":"${text}"}`)

    t.strictSame(claims, { a: value, b: [[value, { c: value }]], d: text })
    t.strictSame(read(exactJson(claims)), claims)
    t.equal(exactJson(claims['b']), `[[${text},{"c":${text}}]]`)
    t.equal(readWrittenClaim(claims, ['a']), String(value) === text ? value : text)
  })
}

t.test('a string that looks like a number is left unchanged, wherever it occurs', async (t) => {
  const json = '{"a\\"1234567890123456789":"\\\\","1234567890123456789":"1234567890123456789,\\":1234567890123456789"}'

  t.strictSame(read(json), JSON.parse(json))
  t.equal(exactJson({ a: '1234567890123456789' }), '{"a":"1234567890123456789"}')
})

t.test('registered claims keep their types', async (t) => {
  const claims = read('{"exp":12345678901234567890,"sub":1234567890123456789,"aud":[1234567890123456789],"__proto__":1234567890123456789}')

  t.equal(claims['exp'], 12345678901234567000)
  t.type(claims['sub'], 'number')
  t.type((claims['aud'] as unknown[])[0], 'number')
  t.equal(exactJson(claims['aud']), '[1234567890123456789]')
  t.equal(readWrittenClaim(claims, ['sub']), '1234567890123456789')
  t.equal(Object.getOwnPropertyDescriptor(claims, '__proto__')?.value, '1234567890123456789')
})

t.test('a number in a deeply nested object keeps its digits', async (t) => {
  const depth = 4000
  let value: unknown = read(`${'{"a":'.repeat(depth)}1234567890123456789${'}'.repeat(depth)}`)
  for (let level = 0; level < depth; level++) value = (value as { a: unknown }).a

  t.equal(value, '1234567890123456789')
})
