import t from 'tap'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, faults } from '../helpers/jwks-server.ts'
import { keysFrom } from '../helpers/remote-keys.ts'

const { jwk } = makeIssuer('known')

for (const [what, fault] of Object.entries(faults)) {
  t.test(`keys are unavailable if the response ${what}`, async (t) => {
    const { keys, lines, known } = await keysFrom(t, fault, { timeoutMs: 100 })

    await t.rejects(known(), { code: 'KEYS_UNAVAILABLE', statusCode: 503, headers: { 'retry-after': '1' } })

    t.match(keys.status(), { keys: [], lastRefresh: null, lastError: /./ })
    t.match(lines.at(-1), ['error', { provider: 'test-idp', err: Error }, 'fetching the keys of the provider failed'])
  })

  t.test(`the last good keys remain in use if the next response ${what}`, async (t) => {
    const { keys, server, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { timeoutMs: 2_000 })
    const [key] = await known()
    const loaded = new Date(clock.now)
    server.setResponse(fault)
    clock.now += 1000

    await keys.refresh()

    t.strictSame(await known(), [key])
    t.equal(key?.isCurrent, true)
    t.strictSame(await known('unknown'), [])
    t.match(keys.status(), { keys: [{ kid: 'known' }], lastRefresh: loaded, lastError: /./ })
  })
}

t.test('keys that have not been refreshed for too long expire, and tokens they verified become invalid', async (t) => {
  const { keys, server, clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { refreshSeconds: 600, staleIfErrorSeconds: 3600 })
  const [key] = await known()
  await server.stop()
  clock.now += 4_199_999
  t.strictSame(await known(), [key])
  clock.now += 1

  await t.rejects(known(), { code: 'KEYS_UNAVAILABLE' })

  t.equal(key?.isCurrent, false)
  t.strictSame(keys.status().keys, [])
})

t.test('an issuer that is down is requested once per cooldown, and its keys return when it recovers', async (t) => {
  const { keys, server, clock, known } = await keysFrom(t, respondWith('', 500))
  for (let i = 0; i < 100; i++) await t.rejects(known())
  t.equal(server.fetched.length, 1)
  server.setResponse(respondWith({ keys: [jwk] }))
  clock.now += 30_000

  const found = await known()

  t.equal(found.length, 1)
  t.equal(server.fetched.length, 2)
  t.equal(keys.status().lastError, null)
})

t.test('keys that expire while a token waits for them are fetched again', async (t) => {
  const { clock, known } = await keysFrom(t, respondWith({ keys: [jwk] }), { refreshSeconds: 1, staleIfErrorSeconds: 0 })
  await known()
  await known('unknown')
  clock.now += 1000

  const found = await known()

  t.equal(found.length, 1)
})
