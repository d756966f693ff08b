import t from 'tap'
import { type InFlightMember, InFlightSet } from '../../lib/proxy-versions/in-flight-set.ts'

interface Named extends InFlightMember { name: string }

const make = (names: string): { roster: InFlightSet<Named>, members: Named[] } => {
  const roster = new InFlightSet<Named>()
  const members = [...names].map((name) => ({ name, place: -1 }))
  for (const member of members) roster.add(member)
  return { roster, members }
}

const namesOn = (roster: InFlightSet<Named>): string => roster.list().map(({ name }) => name).toSorted().join('')

for (const [taken, left] of [[[0], 'bcd'], [[3], 'abc'], [[1, 2], 'ad'], [[3, 0, 2, 1], ''], [[0, 0], 'bcd']] as const) {
  t.test(`of abcd without ${taken} ${left === '' ? 'nobody' : left} is left`, async (t) => {
    const { roster, members } = make('abcd')

    for (const index of taken) roster.delete(members[index]!)

    t.equal(namesOn(roster), left)
    t.equal(roster.size, left.length)
  })
}

t.test('one that was taken off can be added again', async (t) => {
  const { roster, members: [a] } = make('ab')
  roster.delete(a!)

  roster.add(a!)

  t.equal(namesOn(roster), 'ab')
})
