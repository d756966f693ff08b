import { once } from 'node:events'
import t from 'tap'
import { makeIssuer } from '../helpers/issuer.ts'
import { isDown, suppliedKeys } from '../helpers/supplied-keys.ts'

const { jwk } = makeIssuer('known')
const other = makeIssuer('known').jwk
const unavailable = { code: 'KEYS_UNAVAILABLE', statusCode: 503 }

t.test('a key stays valid if it is renewed unchanged', async (t) => {
  const { calls, clock, keys, known } = suppliedKeys(t, async () => ({ ...jwk }), { refreshSeconds: 600 })
  const [key] = await known()

  clock.now += 600_000
  await keys.renew()

  t.equal(calls.length, 2)
  t.strictSame(await known(), [key])
  t.equal(key?.isCurrent, true)
})

t.test('a key that was replaced or removed is no longer valid, nor are tokens that it verified', async (t) => {
  for (const next of [other, null]) {
    const { clock, keys, known, finds } = suppliedKeys(t, () => jwk)
    const [key] = await known()

    finds(() => next)
    clock.now += 600_000
    await keys.renew()

    t.equal(key?.isCurrent, false)
    t.equal((await known()).length, next === null ? 0 : 1)
  }
})

t.test('the last good key stays in use while lookups fail, up to staleIfErrorSeconds', async (t) => {
  const { clock, keys, lines, known, finds } = suppliedKeys(t, () => jwk, { refreshSeconds: 600, staleIfErrorSeconds: 3600 })
  const [key] = await known()
  finds(isDown)

  clock.now += 4_199_999
  await keys.renew()
  const stale = await known()
  clock.now += 1
  await keys.renew()

  t.strictSame(stale, [key])
  t.match(lines, [['error', { provider: 'test-idp' }]])
  t.equal(key?.isCurrent, false)
  await t.rejects(known(), unavailable)
})

t.test('a lookup that takes too long fails, even if it ignores its signal', async (t) => {
  const signals: AbortSignal[] = []
  const { known, keys } = suppliedKeys(t, async (_wanted, signal) => {
    signals.push(signal)
    return await new Promise(() => {})
  }, { timeoutMs: 10 })

  await t.rejects(known(), unavailable)

  t.equal(signals[0]?.aborted, true)
  t.match(keys.status().lastError, 'getKey took longer than 10 ms')
})

t.test('closing ends lookups in flight', async (t) => {
  let signal: AbortSignal | undefined
  const { keys, lines, known } = suppliedKeys(t, async (_wanted, given) => {
    signal = given
    return await new Promise(() => {})
  })
  const pending = known()
  const aborted = once(signal!, 'abort')

  await keys.close()

  await t.rejects(pending, unavailable)
  await aborted
  t.strictSame(lines, [])
})

t.test('at most a hundred keys are in use, and a dropped one is no longer valid', async (t) => {
  const { keys, known } = suppliedKeys(t, ({ kid }) => ({ ...jwk, kid }))
  const [first] = await known('0')

  for (let kid = 1; kid <= 100; kid++) await known(String(kid))

  t.equal(first?.isCurrent, false)
  t.equal((await known('100')).length, 1)
  t.ok(keys.status().keys.length <= 100)
})
