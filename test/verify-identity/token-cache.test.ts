import t from 'tap'
import type { VerificationKey } from '../../lib/identity/verification-key.ts'
import { TokenCache } from '../../lib/verify-identity/token-cache.ts'

const makeKey = (): VerificationKey => ({ kid: 'a', material: '', algorithms: [], isCurrent: true })

/** Makes a cache whose clock stands still. */
function makeCache (bounds = {}) {
  const clock = { now: 1000 }
  return { clock, now: () => clock.now, cache: new TokenCache<string>({ size: 10, bytes: 1024 * 1024, ...bounds }) }
}

t.test('a result is cached under the complete token', async (t) => {
  const { cache, now } = makeCache()

  cache.set('a.b.c', { value: 'alice', key: makeKey(), until: 2000, now })

  t.equal(cache.get('a.b.c'), 'alice')
  for (const other of ['a.b.d', 'a.b.', 'a.b.c=', 'A.b.c', 'a.b.c ', '']) t.equal(cache.get(other), undefined)
})

t.test('an entry expires at its time, to the millisecond', async (t) => {
  const { cache, clock, now } = makeCache()
  cache.set('a.b.c', { value: 'alice', key: makeKey(), until: 2000, now })

  clock.now = 1999
  t.equal(cache.get('a.b.c'), 'alice')
  clock.now = 2000
  t.equal(cache.get('a.b.c'), undefined)
  clock.now = 1000
  t.equal(cache.get('a.b.c'), undefined)
})

t.test('an entry expires with its key and does not come back', async (t) => {
  const { cache, now } = makeCache()
  const [removed, kept] = [makeKey(), makeKey()]
  cache.set('a', { value: 'alice', key: removed, until: 2000, now })
  cache.set('b', { value: 'bob', key: kept, until: 2000, now })

  removed.isCurrent = false

  t.equal(cache.get('a'), undefined)
  t.equal(cache.get('b'), 'bob')
  removed.isCurrent = true
  t.equal(cache.get('a'), undefined)
})

t.test('the number of entries is limited, and the most recently used ones are kept', async (t) => {
  const { cache, now } = makeCache({ size: 2 })
  const entry = (value: string) => ({ value, key: makeKey(), until: 2000, now })
  cache.set('a', entry('alice'))
  cache.set('b', entry('bob'))
  cache.get('a')

  cache.set('c', entry('carol'))

  t.strictSame(['a', 'b', 'c'].map((token) => cache.get(token)), ['alice', undefined, 'carol'])
})

t.test('the memory of the entries is limited', async (t) => {
  const { cache, now } = makeCache({ size: 1000, bytes: 10_000 })
  const tokens = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(100, '.'))

  for (const token of tokens) cache.set(token, { value: 'x', key: makeKey(), until: 2000, now })
  cache.set('x'.repeat(10_000), { value: 'x', key: makeKey(), until: 2000, now })

  t.equal(tokens.filter((token) => cache.get(token) === 'x').length, 9)
  t.equal(cache.get('x'.repeat(10_000)), undefined)
})
