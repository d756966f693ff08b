import { test } from 'tap'
import { fieldValues } from '../../lib/headers/field-values.ts'

test('every line of a header is read, in order and in any case', async (t) => {
  const rawHeaders = ['Host', 'a', 'X-Version', 'v1', 'x-version', '', 'X-VERSION', 'v2, v3']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, ['v1', '', 'v2, v3'])
})

test('a header that is not there has no values', async (t) => {
  const rawHeaders = ['Host', 'a']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})

test('a value that reads like the name is not taken for it', async (t) => {
  const rawHeaders = ['x-other', 'x-version', 'v1', 'x']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})

test('another spelling that some server would fold is not read', async (t) => {
  const rawHeaders = ['X_Version', 'v1', 'x-version-2', 'v2']

  const values = fieldValues(rawHeaders, 'x-version')

  t.strictSame(values, [])
})
