import { test } from 'tap'
import { canonicalId, isVersionId } from '../../lib/registry/version-id.ts'

for (const id of ['v1', '1', 'V2.3_rc-1', '2024-06-01', 'constructor', 'a'.repeat(64), 'a.', 'a..b']) {
  test(`${id} may be the name of a version`, async (t) => {
    const text = id

    const verdict = isVersionId(text)

    t.equal(verdict, true)
  })
}

for (const id of ['', ' v1', 'v1 ', 'v 1', '-v1', '.', '..', '_v1', '__proto__', 'v1,v2', 'v1/..', 'v1;q=1', 'vé', 'v1\n', '\u212Av', 'a'.repeat(65)]) {
  test(`${JSON.stringify(id)} cannot be the name of a version`, async (t) => {
    const text = id

    const verdict = isVersionId(text)

    t.equal(verdict, false)
  })
}

test('ids are compared in lower case', async (t) => {
  const spellings = ['V2-RC', 'v2-rc', 'v2-Rc']

  const canonical = new Set(spellings.map(canonicalId))

  t.same([...canonical], ['v2-rc'])
})
