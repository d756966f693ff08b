import { test } from 'tap'
import { editFields } from '../../lib/http/edit-fields.ts'

for (const [title, edit, raw, joined] of [
  ['edited', (value: string) => value.toUpperCase(), ['A', 'X', 'b', '1', 'a', 'Y'], 'X; Y'],
  ['removed when it is empty', (value: string) => value === 'x' ? '' : value, ['b', '1', 'a', 'y'], 'y'],
  ['removed with its header', () => '', ['b', '1'], undefined]
] as const) {
  test(`every line of a header is ${title}`, async (t) => {
    const request = { rawHeaders: ['A', 'x', 'b', '1', 'a', 'y'], headers: { a: 'x; y', b: '1' } }

    editFields(request, 'a', edit, '; ')

    t.same(request.rawHeaders, raw)
    t.same(request.headers, { ...joined !== undefined && { a: joined }, b: '1' })
  })
}

test('a value that the app has set is edited too', async (t) => {
  const request = { rawHeaders: ['a', 'x'], headers: { a: 'app' } }

  editFields(request, 'a', (value) => `${value}!`)

  t.same(request, { rawHeaders: ['a', 'x!'], headers: { a: 'app!' } })
})
