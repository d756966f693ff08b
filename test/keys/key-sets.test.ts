import t, { type Test } from 'tap'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { KeySets } from '../../lib/verify-identity/keys/key-sets.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'

const { jwk } = makeIssuer('known')
const hint = { alg: 'RS256', kid: 'known' }

/** Makes key sets with a manual clock, and a server for them. */
async function keySets (t: Test) {
  const server = await startJwksServer(t, respondWith({ keys: [jwk] }))
  const clock = { now: 1_000_000 }
  const lines: unknown[] = []
  const log = { info () {}, warn () {}, error: (about: unknown) => { lines.push(about) } }
  return { server, clock, lines, sets: new KeySets(), surroundings: { log, now: () => clock.now } }
}

t.test('a shared key set uses the strictest times of its current providers', async (t) => {
  const { server, clock, sets, surroundings } = await keySets(t)
  const patient = { name: 'a', issuer: 'https://a.test', jwks: { ...keyFetchingDefaults, url: server.url, staleIfErrorSeconds: 1000 } }
  const strict = { name: 'b', issuer: 'https://b.test', jwks: { ...keyFetchingDefaults, url: server.url, staleIfErrorSeconds: 10 } }
  const keys = sets.use(patient, surroundings)
  t.teardown(async () => await sets.release(patient))
  await keys.refresh()
  await server.stop()

  t.equal(sets.use(strict, surroundings), keys)
  clock.now += 600_000 + 9_000
  t.equal((await keys.find(hint)).length, 1)
  await sets.release(strict)
  clock.now += 2_000
  t.equal((await keys.find(hint)).length, 1)
  sets.use(strict, surroundings)
  await t.rejects(async () => await keys.find(hint), { code: 'KEYS_UNAVAILABLE' })
  await sets.release(strict)
})

t.test('the largest limits of all providers of a key set apply, and a fetch in flight goes on when they change', async (t) => {
  const { server, sets, surroundings } = await keySets(t)
  const of = (name: string, maxBytes: number) => ({ name, issuer: `https://${name}.test`, jwks: { ...keyFetchingDefaults, url: server.url, maxBytes } })
  const [small, large, larger] = [of('a', 10), of('b', 100_000), of('c', 200_000)]
  const keys = sets.use(small, surroundings)
  t.teardown(async () => { for (const user of [small, larger]) await sets.release(user) })

  await keys.refresh()
  const few = keys.status().lastError
  sets.use(large, surroundings)
  await Promise.all([keys.refresh(), server.next().then(() => sets.use(larger, surroundings))])
  const many = keys.status()
  await sets.release(large)
  await keys.refresh()

  t.match(few, /jwks\.maxBytes/)
  t.match(many, { lastError: null, fetches: { succeeded: 1, failed: 1 } })
  t.match(keys.status(), { fetches: { succeeded: 2, failed: 1 } })
})

t.test('an error with shared keys names all of their providers', async (t) => {
  const { server, lines, sets, surroundings } = await keySets(t)
  const users = ['a', 'b'].map((name) => ({ name, issuer: `https://${name}.test`, jwks: { ...keyFetchingDefaults, url: server.url } }))
  const [keys] = users.map((user) => sets.use(user, surroundings))
  t.teardown(async () => { for (const user of users) await sets.release(user) })
  await server.stop()

  await keys!.refresh()

  t.match(lines, [{ provider: 'a, b' }])
})

t.test('a key set is closed with its last provider', async (t) => {
  const { server, sets, surroundings } = await keySets(t)
  const users = ['a', 'b'].map((name) => ({ name, issuer: `https://${name}.test`, jwks: { ...keyFetchingDefaults, url: server.url } }))
  const [first] = users.map((user) => sets.use(user, surroundings))

  await sets.release(users[0]!)
  const shared = sets.use(users[0]!, surroundings)
  for (const user of users) await sets.release(user)
  await sets.release(users[0]!)
  const next = sets.use(users[0]!, surroundings)
  await sets.release(users[0]!)

  t.equal(shared, first)
  t.not(next, first)
})

t.test('options share a key set if they only differ in spelling or limits, but not if any other fetch option differs', async (t) => {
  const { sets, surroundings } = await keySets(t)
  const url = 'https://keys.test/set'
  const jwks = [
    { url, headers: { 'x-a': '1', 'x-b': '2' } },
    { url: 'https://KEYS.test:443/set', headers: { 'X-B': '2', 'X-A': '1' }, timeoutMs: 5_000, maxBytes: 1024 * 1024, allowHttp: false, refreshSeconds: 5 },
    { url, headers: { 'x-a': '1' } }, { url }, { url, proxy: false as const }, { url, proxy: 'http://proxy:1' }, { url, ca: 'pem' }, { url, timeoutMs: 1 }
  ]
  const users = jwks.map((each, index) => ({ name: String(index), issuer: `https://${index}.test`, jwks: { ...keyFetchingDefaults, ...each } }))

  const [first, second, ...others] = users.map((user) => sets.use(user, surroundings))
  for (const user of users) await sets.release(user)

  t.equal(second, first)
  t.equal(new Set([first, ...others]).size, 6)
})

t.test('metadata is never shared between issuers', async (t) => {
  const { sets, surroundings } = await keySets(t)
  const users = ['a', 'b', 'a'].map((name) => ({ name, issuer: `http://127.0.0.1/${name}`, jwks: { ...keyFetchingDefaults, discovery: true } as const }))

  const [a, b, again] = users.map((user) => sets.use(user, surroundings))
  for (const user of users) await sets.release(user)

  t.not(a, b)
  t.equal(a, again)
})

t.test('providers with the same function share the keys that it finds, and only the same dispatcher shares fetched ones', async (t) => {
  const { server, sets, surroundings } = await keySets(t)
  const getKey = () => jwk
  const of = (name: string, jwks: object) => ({ name, issuer: `https://${name}.test`, jwks: { ...keyFetchingDefaults, ...jwks } as never })
  const [one, other, stranger] = [of('a', { getKey }), of('b', { getKey }), of('c', { getKey: () => jwk })]
  const agents = [{ dispatch: () => true }, { dispatch: () => true }]
  const [first, second] = agents.map((dispatcher, index) => of(String(index), { url: server.url, dispatcher }))
  t.teardown(async () => { for (const user of [one, other, stranger, first!, second!]) await sets.release(user) })

  t.equal(sets.useLookup(one, surroundings), sets.useLookup(other, surroundings))
  t.not(sets.useLookup(stranger, surroundings), sets.useLookup(other, surroundings))
  t.not(sets.use(first!, surroundings), sets.use(second!, surroundings))
})
