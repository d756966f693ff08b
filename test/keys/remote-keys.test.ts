import t from 'tap'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith } from '../helpers/jwks-server.ts'
import { keysFrom } from '../helpers/remote-keys.ts'

const { jwk } = makeIssuer('known')
const { jwk: second } = makeIssuer('second')
const day = 86_400_000

t.test('a key is fetched once from the configured URL and then found synchronously', async (t) => {
  const { keys, server } = await keysFrom(t, respondWith({ keys: [jwk] }))
  const hint = { alg: 'RS256', kid: 'known' }

  const [first] = await keys.find(hint)
  const again = keys.find(hint)

  t.match(first?.material, /^-----BEGIN PUBLIC KEY-----/)
  t.strictSame(again, [first])
  t.strictSame(server.fetched, ['/keys.json?tenant=1'])
})

t.test('all requests that wait for keys share a single fetch', async (t) => {
  const { server, known } = await keysFrom(t, respondWith({ keys: [jwk] }))

  const found = await Promise.all(Array.from({ length: 100 }, async (_, index) => await known(index % 2 === 0 ? 'known' : `unknown-${index}`)))

  t.equal(found.filter((keys) => keys.length === 1).length, 50)
  t.equal(server.fetched.length, 1)
})

t.test('unknown kids cause one fetch per cooldown, regardless of their number and algorithm', async (t) => {
  const { keys, server, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }))
  await known()

  for (let i = 0; i < 1000; i++) t.strictSame(await keys.find({ alg: i % 2 === 0 ? 'RS256' : 'ES256', kid: i % 3 === 0 ? undefined : `unknown-${i}` }), i % 6 === 0 ? await known() : [])

  t.equal(server.fetched.length, 2)
  clock.now += 29_999
  await known('unknown')
  t.equal(server.fetched.length, 2)
  clock.now += 1
  await known('unknown')
  t.equal(server.fetched.length, 3)
})

t.test('a new key is found immediately by its kid, even right after a background fetch', async (t) => {
  const { keys, server, known } = await keysFrom(t, respondWith({ keys: [jwk] }))
  await known()
  await keys.refresh()
  server.setResponse(respondWith({ keys: [jwk, second] }))

  const found = await known('second')

  t.match(found, [{ kid: 'second' }])
})

t.test('a key that is still published keeps its identity, and a removed key is no longer current', async (t) => {
  const { keys, server, known } = await keysFrom(t, respondWith({ keys: [jwk, second] }))
  const [kept, removed] = [await known(), await known('second')].flat()
  server.setResponse(respondWith({ keys: [jwk] }))

  await keys.refresh()

  t.strictSame(await known(), [kept])
  t.equal(kept?.isCurrent, true)
  t.equal(removed?.isCurrent, false)
  t.strictSame(await known('second'), [])
})

t.test('a key that reappears is a new object, so that what the old one verified stays invalid', async (t) => {
  const { keys, server, known } = await keysFrom(t, respondWith({ keys: [jwk, second] }))
  const [removed] = await known('second')
  server.setResponse(respondWith({ keys: [jwk] }))
  await keys.refresh()
  server.setResponse(respondWith({ keys: [jwk, second] }))
  await keys.refresh()

  const [back] = await known('second')

  t.equal(removed?.isCurrent, false)
  t.equal(back?.isCurrent, true)
})

t.test('if the key of a kid is replaced, only the new key is found', async (t) => {
  const { keys, server, known } = await keysFrom(t, respondWith({ keys: [jwk] }))
  const [old] = await known()
  server.setResponse(respondWith({ keys: [{ ...second, kid: 'known' }] }))

  await keys.refresh()

  t.equal(old?.isCurrent, false)
  t.equal((await known()).length, 1)
  t.not((await known())[0], old)
})

t.test('unusable keys are skipped, and logged once', async (t) => {
  const odd = [{ ...second, use: 'enc' }, { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' }, null, { ...second, kid: 'private', d: 'AQAB' }]
  const { keys, lines, known } = await keysFrom(t, respondWith({ keys: [...odd, jwk] }))

  await known()
  await keys.refresh()

  t.strictSame(keys.status().keys.map(({ kid }) => kid), ['known'])
  t.strictSame(lines.map(([level, { provider, kid, reason }, words]) => [level, provider, kid, reason, words]), [
    ['warn', 'test-idp', 'second', 'its use is "enc", not sig', 'ignoring a key of the provider'],
    ['warn', 'test-idp', 'shared', 'it is symmetric', 'ignoring a key of the provider'],
    ['warn', 'test-idp', undefined, 'it is not an object', 'ignoring a key of the provider'],
    ['warn', 'test-idp', 'private', 'it has private parts', 'ignoring a key of the provider']
  ])
})

t.test('keys are refreshed in the background', async (t) => {
  const { server, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { refreshSeconds: 1 })
  await known()

  await server.next()

  t.equal(server.fetched.length, 2)
})

t.test('after a failure, keys are fetched again in the background, and waiting requests do not accelerate it', async (t) => {
  const { server, known } = await keysFrom(t, respondWith('', 500))
  await t.rejects(known())
  server.setResponse(respondWith({ keys: [jwk] }))

  await server.next()
  await known()

  t.equal(server.fetched.length, 2)
})

t.test('a cooldown of 0 does not cause a loop if the issuer is down', async (t) => {
  const { keys, server, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { cooldownSeconds: 0 })
  await known()
  server.setResponse(respondWith('', 500))
  await keys.refresh()
  const before = server.fetched.length

  for (let i = 0; i < 50; i++) await new Promise(setImmediate)

  t.equal(server.fetched.length, before)
})

t.test('closing aborts a pending fetch without logging', async (t) => {
  const { keys, server, lines, known } = await keysFrom(t, () => {})
  const waiting = known()
  const rejected = t.rejects(waiting, { code: 'KEYS_UNAVAILABLE' })
  await server.next()

  await keys.close()

  await rejected
  t.strictSame(lines, [])
})

t.test('a system clock that is set back an hour does not extend keys, delay fetches or make ages negative', async (t) => {
  const { keys, server, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { refreshSeconds: 60, staleIfErrorSeconds: 60 })
  await known()
  await known('unknown')
  clock.shift = -3_600_000
  clock.now += 30_000

  await known('unknown')
  const { lastRefresh } = keys.status()
  await server.stop()
  clock.now += 120_000

  t.equal(server.fetched.length, 3)
  t.ok(lastRefresh!.getTime() <= clock.now + clock.shift)
  await t.rejects(known(), { code: 'KEYS_UNAVAILABLE' })
})

t.test('a system clock that is set forward a day does not expire keys', async (t) => {
  const { keys, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { refreshSeconds: 60, staleIfErrorSeconds: 60 })
  await known()
  clock.shift = day

  await known()

  t.match(keys.status(), { keys: [{ kid: 'known' }], fetches: { succeeded: 1 } })
})

t.test('keys expire if the monotonic clock jumps ahead by years', async (t) => {
  const { server, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }))
  await known()
  clock.now += 1000 * day
  server.setResponse(respondWith({ keys: [second] }))

  t.strictSame(await known(), [])
})
