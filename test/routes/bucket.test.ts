import { createHash } from 'node:crypto'
import t from 'tap'
import { bucketOf, Places } from '../../lib/routes/bucket.ts'

const keys = Array.from({ length: 20_000 }, (_, index) => `tenant-${index}`)

t.test('a place is the first 32 bits of SHA-256 of the salt, a NUL and the key', async (t) => {
  const digest = createHash('sha256').update('release-4\0acme').digest()

  t.equal(new Places('release-4').of('acme'), digest.readUInt32BE() / 2 ** 32)
  t.equal(bucketOf(new Places('release-4').of('acme')), 6.04)
})

t.test('a key keeps its place, however many others have been asked for', async (t) => {
  const places = new Places('salt')
  const first = keys.map((key) => places.of(key))

  t.strictSame(keys.map((key) => places.of(key)), first)
  t.strictSame(keys.slice(0, 10).map((key) => new Places('salt').of(key)), first.slice(0, 10))
})

t.test('a long key has a place, too', async (t) => {
  const places = new Places('salt')

  t.equal(places.of('x'.repeat(1000)), places.of('x'.repeat(1000)))
})

t.test('places are spread evenly, and in another way for each salt', async (t) => {
  const [one, other] = [new Places('one'), new Places('other')]
  const share = 0.1
  const isIn = (places: Places) => keys.filter((key) => places.of(key) < share)
  // Five standard deviations of the binomial distribution: by chance, one key set in a million would fail.
  const deviation = 5 * Math.sqrt(keys.length * share * (1 - share))

  const [inOne, inOther] = [new Set(isIn(one)), isIn(other)]
  const inBoth = inOther.filter((key) => inOne.has(key)).length

  for (const { length } of [[...inOne], inOther]) t.ok(Math.abs(length - keys.length * share) < deviation, `${length}`)
  t.ok(inBoth < keys.length * share * share + deviation, `${inBoth}`)
})

t.test('a bucket is rounded down, so that it is below a share exactly if the place is', async (t) => {
  t.equal(bucketOf(0), 0)
  t.equal(bucketOf(0.12349), 12.34)
  t.equal(bucketOf(1 - 2 ** -32), 99.99)
})

t.test('a key that is asked for again after many others is still remembered', async (t) => {
  const places = new Places('salt')
  const first = places.of('acme')
  for (const key of keys.slice(0, 5_000)) places.of(key)

  t.equal(places.of('acme'), first)
})
