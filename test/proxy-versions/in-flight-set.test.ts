import t from 'tap'
import { type InFlightMember, InFlightSet } from '../../lib/proxy-versions/in-flight-set.ts'

interface Named extends InFlightMember { name: string }

const make = (names: string): { set: InFlightSet<Named>, members: Named[] } => {
  const set = new InFlightSet<Named>()
  const members = [...names].map((name) => ({ name, place: -1 }))
  for (const member of members) set.add(member)
  return { set, members }
}

const namesIn = (set: InFlightSet<Named>): string => set.list().map(({ name }) => name).toSorted().join('')

for (const [taken, left] of [[[0], 'bcd'], [[3], 'abc'], [[1, 2], 'ad'], [[3, 0, 2, 1], ''], [[0, 0], 'bcd']] as const) {
  t.test(`after deleting the members ${taken} of abcd, ${left === '' ? 'nothing' : left} remains`, async (t) => {
    const { set, members } = make('abcd')

    for (const index of taken) set.delete(members[index]!)

    t.equal(namesIn(set), left)
    t.equal(set.size, left.length)
  })
}

t.test('a deleted member can be added again', async (t) => {
  const { set, members: [a] } = make('ab')
  set.delete(a!)

  set.add(a!)

  t.equal(namesIn(set), 'ab')
})
