import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { compareResponses } from '../../../lib/proxy-versions/mirror/compare-responses.ts'
import { KeptResponse } from '../../../lib/proxy-versions/mirror/kept-response.ts'

interface Given {
  status?: number
  type?: string
  coding?: string
  limit?: number
}

function response (body: string | Buffer, { status = 200, type = 'application/json', coding = '', limit = 65_536 }: Given = {}): KeptResponse {
  const headers = { 'Content-Type': type, ...coding !== '' && { 'Content-Encoding': coding } }
  const kept = new KeptResponse(status, Object.entries(headers).flat().map((text) => Buffer.from(text)), limit)
  for (const byte of [Buffer.from(body)]) kept.add(byte)
  return kept
}

const text = '{"a":1}'
const other = '{"a":2}'
const html = { type: 'text/html' }
const bomb = gzipSync(Buffer.alloc(20_000_000, ' '))

const cases: Array<[title: string, one: KeptResponse, other: KeptResponse, found: string[]]> = [
  ['equal responses', response(text), response(' { "a": 1 } '), []],
  ['different members', response(text), response(other), ['value /a']],
  ['statuses of one class', response(text, { status: 200 }), response(text, { status: 201 }), []],
  ['statuses of two classes, whatever the bodies', response(text), response(other, { status: 500 }), ['value status']],
  ['parameters of a type', response(text), response(text, { type: 'Application/JSON; charset=utf-8' }), []],
  ['different types of JSON', response(text), response(other, { type: 'application/hal+json' }), ['value content-type', 'value /a']],
  ['texts of one length', response('abc', html), response('abd', html), []],
  ['texts of two lengths', response('abc', html), response('abcd', html), ['length body']],
  ['JSON and something else', response(text), response('<html>', html), ['value content-type', 'length body']],
  ['invalid JSON', response(text), response('{"a":'), ['length body']],
  ['compressed JSON', response(gzipSync(text), { coding: 'gzip' }), response(brotliCompressSync(other), { coding: 'br' }), ['value /a']],
  ['one compressed body', response(text), response(deflateSync(text), { coding: 'Deflate' }), []],
  ['a body that cannot be decoded', response(text), response('abc', { coding: 'gzip' }), []],
  ['unknown codings', response('abc', { coding: 'constructor' }), response('abcd', { coding: 'constructor' }), ['length body']],
  ['a short body that decodes to a long one', response(bomb, { coding: 'gzip' }), response(text), []],
  ['bodies beyond the limit', response('[1234]', { limit: 2 }), response('[123]', { limit: 2 }), ['length body']],
  ['bodies of one length beyond the limit', response('[1]', { limit: 2 }), response('[2]', { limit: 2 }), []],
  ['empty bodies', response('', { coding: 'gzip' }), response(''), []]
]
for (const [title, one, other, expected] of cases) {
  t.test(`comparison: ${title}`, async (t) => {
    const found = await compareResponses(one, other, [])

    t.strictSame(found.map(({ kind, at }) => `${kind} ${at}`), expected)
  })
}

t.test('the chunks of a body are copied', async (t) => {
  const chunk = Buffer.from('abc')
  const kept = new KeptResponse(200, [], 10)
  kept.add(chunk)

  chunk.fill(0)

  t.equal((await kept.body())!.toString(), 'abc')
})
