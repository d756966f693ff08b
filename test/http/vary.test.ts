import { test } from 'tap'
import { mergeVary } from '../../lib/http/vary.ts'

for (const { title, present, added, merged } of [
  { title: 'names are added to an empty value', present: '', added: ['x-a', 'x-b'], merged: 'x-a, x-b' },
  { title: 'names are appended to existing ones', present: 'Accept', added: ['x-a'], merged: 'Accept, x-a' },
  { title: 'an existing name is not repeated, ignoring case', present: 'Accept, X-A', added: ['x-a', 'ACCEPT'], merged: 'Accept, X-A' },
  { title: 'nothing is added', present: 'Accept', added: [], merged: 'Accept' },
  { title: 'whitespace is normalized', present: ' Accept ,,Origin', added: ['x-a'], merged: 'Accept, Origin, x-a' },
  { title: 'a star remains the only name', present: '*', added: ['x-a'], merged: '*' },
  { title: 'a star replaces other names', present: 'Accept, *', added: ['x-a'], merged: '*' }
]) {
  test(`in a merged Vary, ${title}`, async (t) => {
    const names = added

    const vary = mergeVary(present, names)

    t.equal(vary, merged)
  })
}
