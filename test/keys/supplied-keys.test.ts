import { createPublicKey } from 'node:crypto'
import t from 'tap'
import type { PublicJwk } from '../../types/index.ts'
import { issuer as issuerUrl, keyPair, makeIssuer } from '../helpers/issuer.ts'
import { isDown, suppliedKeys } from '../helpers/supplied-keys.ts'

const issuer = makeIssuer('known')
const { jwk } = issuer
const found = async (): Promise<PublicJwk> => jwk
const unavailable = { code: 'KEYS_UNAVAILABLE', statusCode: 503 }

t.test('a key is looked up once, with the kid, the algorithm and the issuer of the token', async (t) => {
  const { calls, keys, known } = suppliedKeys(t, found)

  const [first, second] = await Promise.all([known(), known()])
  const third = await known()

  t.equal(first.length, 1)
  t.strictSame([second, third], [first, first])
  t.strictSame(calls, [{ kid: 'known', alg: 'RS256', issuer: issuerUrl }])
  t.match(keys.status(), { keys: [{ kid: 'known' }], lastError: null, lastRefresh: Date, onDemand: true, fetches: { succeeded: 1, failed: 0 } })
})

t.test('a token without a kid asks for an empty one, and gets a key without a kid', async (t) => {
  const { calls, keys } = suppliedKeys(t, () => ({ ...jwk, kid: undefined as never }))

  const candidates = await keys.find({ alg: 'RS256', kid: undefined }, issuerUrl)

  t.equal(candidates.length, 1)
  t.equal(calls[0]?.kid, '')
})

const pem = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' }).toString()
t.test('PEM is a key too', async (t) => {
  const { known } = suppliedKeys(t, () => pem)

  t.equal((await known()).length, 1)
})

const others: Record<string, object | string> = {
  'another kid': { ...jwk, kid: 'other' },
  'another algorithm': { ...jwk, alg: 'RS512' },
  'another type': { ...keyPair('ES256').publicKey.export({ format: 'jwk' }), kid: 'known' },
  'another use': { ...jwk, use: 'enc' },
  'private parts': issuer.privateKey.export({ format: 'jwk' }),
  'a secret': { kty: 'oct', k: 'c2VjcmV0', kid: 'known' }
}
for (const [what, key] of Object.entries(others)) {
  t.test(`a key with ${what} verifies nothing`, async (t) => {
    const { known } = suppliedKeys(t, () => key as PublicJwk)

    t.strictSame(await known(), [])
  })
}

const invalid: Record<string, unknown> = {
  'a private key as PEM': issuer.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  'a secret as text': 'a shared secret',
  'a list': [jwk],
  true: true
}
for (const [what, key] of Object.entries(invalid)) {
  t.test(`${what} makes keys unavailable, and does not reach the log`, async (t) => {
    const { lines, known } = suppliedKeys(t, () => key as PublicJwk)

    await t.rejects(known(), unavailable)

    t.match(lines, [['error', { provider: 'test-idp', err: /^(Error|TypeError): getKey / }]])
    t.notMatch(String((lines[0]![1] as { err: Error }).err), /BEGIN|shared/)
  })
}

t.test('a key that does not exist is not looked up again during the cooldown', async (t) => {
  const notFound = Object.assign(new Error('No matching JWK found in the set.'), { code: 'JWK_NOT_FOUND' })
  for (const find of [() => null, () => undefined, async () => { throw notFound }]) {
    const { calls, clock, known } = suppliedKeys(t, find, { cooldownSeconds: 30 })

    const first = await known()
    clock.now += 29_999
    const second = await known()
    clock.now += 1
    await known()

    t.strictSame([first, second], [[], []])
    t.equal(calls.length, 2)
  }
})

t.test('forged tokens cause at most five calls per cooldown, whatever their kids, and keys in use still verify', async (t) => {
  const { calls, clock, known, finds } = suppliedKeys(t, ({ kid }) => kid === 'known' ? jwk : null)
  await known()

  const results = await Promise.allSettled(Array.from({ length: 100 }, async (_, index) => await known(`forged-${index}`)))
  const callsInCooldown = calls.length
  const inUse = await known()
  clock.now += 30_000
  finds(() => ({ ...jwk, kid: 'new' }))

  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 5)
  t.ok(results.every((result) => result.status === 'fulfilled' ? result.value.length === 0 : (result.reason as { code: string }).code === unavailable.code))
  t.equal(callsInCooldown, 1 + 5)
  t.equal(inUse.length, 1)
  t.equal((await known('new')).length, 1)
})

t.test('lookups that are skipped are logged once per cooldown, with their number', async (t) => {
  const { clock, lines, known } = suppliedKeys(t, () => null, { cooldownSeconds: 30 })
  const forge = async (count: number) => await Promise.allSettled(Array.from({ length: count }, async (_, index) => await known(`${clock.now} ${index}`)))

  await forge(100)
  t.match(lines, [['error', { provider: 'test-idp', issuer: issuerUrl, skipped: 1 }]])
  clock.now += 30_000
  await forge(6)

  t.match(lines[1], ['error', { skipped: 95 }])
  t.equal(lines.length, 2)
})

t.test('any number of keys that exist can be looked up at once', async (t) => {
  const { calls, known } = suppliedKeys(t, async ({ kid }) => ({ ...jwk, kid }))

  const results = await Promise.all(Array.from({ length: 40 }, async (_, index) => await known(`tenant-${index}`)))

  t.ok(results.every((result) => result.length === 1))
  t.equal(calls.length, 40)
})

t.test('forged tokens of one issuer do not affect another one', async (t) => {
  const issuers = ['https://a.test/', 'https://b.test/']
  const { known } = suppliedKeys(t, ({ kid }) => kid === 'known' ? jwk : null, {}, issuers)
  for (let index = 0; index < 5; index++) await known(`forged-${index}`, issuers[0])

  await t.rejects(known('known', issuers[0]), { ...unavailable, headers: { 'retry-after': '30' } })

  t.equal((await known('known', issuers[1])).length, 1)
})

t.test('made-up tenants use up one budget, and tenants with a key have their own', async (t) => {
  const { calls, known } = suppliedKeys(t, ({ kid }) => kid === 'forged' ? null : { ...jwk, kid }, {}, { template: 'https://a.test/{tenant}', tenants: 'any' })
  await known('first', 'https://a.test/real')
  for (let index = 0; index < 5; index++) await known('forged', `https://a.test/made-up-${index}`)

  await t.rejects(known('known', 'https://a.test/new'), unavailable)

  t.equal((await known('second', 'https://a.test/real')).length, 1)
  t.equal(calls.length, 7)
})

t.test('while lookups fail, keys are unavailable, and the next calls are one second, then two and four seconds later', async (t) => {
  const { calls, clock, lines, known, finds } = suppliedKeys(t, isDown)
  const moments: number[] = []
  const start = clock.now

  for (; clock.now - start < 8_000; clock.now += 500) {
    const before = calls.length
    await t.rejects(known(), { ...unavailable, headers: { 'retry-after': /^\d+$/ } })
    if (calls.length > before) moments.push(clock.now - start)
  }
  finds(found)
  clock.now = start + 15_000

  t.strictSame(moments, [0, 1_000, 3_000, 7_000])
  t.equal(lines.length, 4)
  t.equal((await known()).length, 1)
})

const reject: (reason: unknown) => Promise<never> = Promise.reject.bind(Promise)
for (const thrown of ['text', null, undefined, { code: 'ODD' }] as unknown[]) {
  t.test(`keys are unavailable if getKey throws a value that is not an error: ${JSON.stringify(thrown)}`, async (t) => {
    const { lines, known } = suppliedKeys(t, async () => await reject(thrown))

    await t.rejects(known(), unavailable)

    t.match(lines, [['error', { err: { message: 'getKey threw a value that is not an error' } }]])
  })
}
