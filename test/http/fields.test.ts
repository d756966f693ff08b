import { test } from 'tap'
import { fieldValues } from '../../lib/http/fields.ts'

test('all lines of a header are read, in order and ignoring case', async (t) => {
  const rawHeaders = ['Host', 'a', 'X-Version', 'v1', 'x-version', '', 'X-VERSION', 'v2, v3']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, ['v1', '', 'v2, v3'])
})

test('a missing header has no values', async (t) => {
  const rawHeaders = ['Host', 'a']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})

test('a value that equals the name is not mistaken for it', async (t) => {
  const rawHeaders = ['x-other', 'x-version', 'v1', 'x']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})

test('a spelling that some servers would fold is not read', async (t) => {
  const rawHeaders = ['X_Version', 'v1', 'x-version-2', 'v2']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})
