import { test } from 'tap'
import { rawFieldList, fieldValue } from '../../lib/http/raw-headers.ts'

const fields = ['Via', '1.1 a', 'Vary', 'x-a', 'VIA', '1.1 b'].map((part) => Buffer.from(part))

test('the first field with a name counts, in any case', async (t) => {
  t.equal(fieldValue(fields, 'via'), '1.1 a')
  t.equal(fieldValue(fields, 'age'), undefined)
})

test('the values of all fields with a name are joined', async (t) => {
  t.equal(rawFieldList(fields, 'via'), '1.1 a, 1.1 b')
  t.equal(rawFieldList(fields, 'age'), undefined)
})
