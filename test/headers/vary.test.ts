import { test } from 'tap'
import { mergeVary } from '../../lib/headers/vary.ts'

for (const { title, present, added, merged } of [
  { title: 'names are added to none', present: '', added: ['x-a', 'x-b'], merged: 'x-a, x-b' },
  { title: 'names are added behind those that are there', present: 'Accept', added: ['x-a'], merged: 'Accept, x-a' },
  { title: 'a name that is there is not repeated, in any case', present: 'Accept, X-A', added: ['x-a', 'ACCEPT'], merged: 'Accept, X-A' },
  { title: 'nothing is added', present: 'Accept', added: [], merged: 'Accept' },
  { title: 'blanks are tidied up', present: ' Accept ,,Origin', added: ['x-a'], merged: 'Accept, Origin, x-a' },
  { title: 'a star stays alone', present: '*', added: ['x-a'], merged: '*' },
  { title: 'a star among names becomes alone', present: 'Accept, *', added: ['x-a'], merged: '*' }
]) {
  test(`in a merged Vary ${title}`, async (t) => {
    const names = added

    const vary = mergeVary(present, names)

    t.equal(vary, merged)
  })
}
