import { test } from 'tap'
import { canonicalForm, canonicalId, isImpossibleDate, isVersionId } from '../../lib/registry/version-id.ts'

for (const id of ['v1', '1', 'V2.3_rc-1', '2024-06-01', 'constructor', 'a'.repeat(64), 'a.', 'a..b']) {
  test(`${id} is a valid version id`, async (t) => {
    const text = id

    const verdict = isVersionId(text)

    t.equal(verdict, true)
  })
}

for (const id of ['', ' v1', 'v1 ', 'v 1', '-v1', '.', '..', '_v1', '__proto__', 'v1,v2', 'v1/..', 'v1;q=1', 'vé', 'v1\n', '\u212Av', 'a'.repeat(65)]) {
  test(`${JSON.stringify(id)} is not a valid version id`, async (t) => {
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

const canonicalForms: Array<[format: 'integer' | 'semver' | 'date', name: string, form: string]> = [
  ['integer', '2', '2'], ['integer', 'v2', '2'], ['integer', 'V002', '2'], ['integer', '0', '0'], ['integer', 'v2.1', 'v2.1'], ['integer', 'Latest', 'latest'],
  ['semver', '2', '2.0.0'], ['semver', 'v2.1', '2.1.0'], ['semver', '2.1.0-RC.1', '2.1.0-RC.1'], ['semver', '2.x', '2.x'], ['semver', '02', '02'], ['semver', 'Latest', 'latest'],
  ['date', '2026-01-01', '2026-01-01'], ['date', 'Latest', 'latest']
]
for (const [format, name, form] of canonicalForms) {
  test(`with format ${format}, ${name} is compared as ${form}`, async (t) => {
    const canonical = canonicalForm({ format })

    const result = canonical(name)

    t.equal(result, form)
  })
}

for (const [name, verdict] of [['2016-02-29', false], ['2016-02-30', true], ['2015-02-29', true], ['2026-13-01', true], ['2026-1-1', false], ['v1', false]] as const) {
  test(`${name} is ${verdict ? 'an impossible' : 'not an impossible'} date`, async (t) => {
    const text = name

    const result = isImpossibleDate(text)

    t.equal(result, verdict)
  })
}
