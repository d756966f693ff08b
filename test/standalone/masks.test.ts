import t from 'tap'
import { Masks } from '../../lib/standalone/masks.ts'

t.test('values, items of a list, and hosts are masked in any case', async (t) => {
  const masks = new Masks([['${LIST}', 'first-value, Second-Value'], ['${URL}', 'http://idp.example:8080/keys']])

  t.equal(masks.mask('no first-value, no second-value'), 'no ${LIST}, no ${LIST}')
  t.equal(masks.mask('connect to idp.example:8080 for http://idp.example:8080/keys.'), 'connect to ${URL} for ${URL}.')
})

t.test('the longest of the values that begin alike is masked as a whole', async (t) => {
  const masks = new Masks([['${A}', 'tenant-1'], ['${B}', 'tenant-10'], ['${C}', 'tenant']])

  t.equal(masks.mask('tenant-10,tenant-1,tenant-2,xtenant'), '${B},${A},${C}-2,x${C}')
})

t.test('short values are not masked, and a reference is never masked itself', async (t) => {
  const masks = new Masks([['${PASSWORD}', 'secret'], ['${P}', 'PASSWORD'], ['${N}', 'v1']])

  t.equal(masks.mask('v1 secret'), 'v1 ${PASSWORD}')
})

t.test('without variables, messages stay unchanged', async (t) => {
  t.equal(new Masks([]).mask('tenant-10'), 'tenant-10')
})
