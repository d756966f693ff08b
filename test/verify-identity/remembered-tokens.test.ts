import t from 'tap'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { makeApp } from '../helpers/gateway.ts'
import { sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'

const issuer = makeIssuer()

t.test('a token is verified once, and later requests get the same claims object', async (t) => {
  const seen: unknown[] = []
  let validated = 0
  const app = makeApp(t)
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, { providers: [issuer.provider({ validate: () => { validated++ } })] })
  app.get('/', async ({ identity }) => { seen.push(identity) })
  const authorization = `Bearer ${issuer.token()}`

  for (let i = 0; i < 3; i++) await app.inject({ url: '/', headers: { authorization } })

  t.equal(validated, 1)
  t.equal(seen[0], seen[2])
  t.match(app.identityProviders(), [{ cache: { hits: 2, misses: 1 } }])
})

t.test('a cached token is found synchronously', async (t) => {
  const order: string[] = []
  const app = makeApp(t)
  await app.register(sanitizeHeaders, {})
  app.addHook('onRequest', (_request, _reply, done) => { queueMicrotask(() => order.push('later')); done() })
  await app.register(verifyIdentity, { providers: [issuer.provider({ validate: async () => {} })] })
  app.addHook('onRequest', (_request, _reply, done) => { order.push('identified'); done() })
  app.get('/', async () => '')
  const authorization = `Bearer ${issuer.token()}`

  await app.inject({ url: '/', headers: { authorization } })
  await app.inject({ url: '/', headers: { authorization } })

  t.strictSame(order, ['later', 'identified', 'identified', 'later'])
})

t.test('with cache: false, a token is verified each time', async (t) => {
  let validated = 0
  const app = await makeIdentifyingApp(t, { cache: false, providers: [issuer.provider({ validate: () => { validated++ } })] })
  const authorization = `Bearer ${issuer.token()}`

  for (let i = 0; i < 3; i++) await app.inject({ url: '/', headers: { authorization } })

  t.equal(validated, 3)
  t.match(app.identityProviders(), [{ cache: { hits: 0, misses: 3 } }])
})

t.test('a refused token is not cached', async (t) => {
  let validated = 0
  const validate = (): void => { if (validated++ === 0) throw new Error('not yet') }
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ validate })] })
  const authorization = `Bearer ${issuer.token()}`

  const first = await app.inject({ url: '/', headers: { authorization } })
  const second = await app.inject({ url: '/', headers: { authorization } })

  t.strictSame([first.statusCode, second.statusCode], [401, 200])
})

const ends: Array<[what: string, claims: (now: number) => object, options: object, after: number]> = [
  ['its exp', (now) => ({ exp: now + 60 }), {}, 65],
  ['its exp, without iat', (now) => ({ exp: now + 60, iat: undefined }), {}, 65],
  ['its exp, without tolerance', (now) => ({ exp: now + 60 }), { clockToleranceSeconds: 0 }, 60],
  ['its age', (now) => ({ iat: now }), { maxAgeSeconds: 60 }, 60]
]
for (const [what, claims, options, after] of ends) {
  t.test(`a cached token expires with ${what}`, async (t) => {
    const now = Math.floor(Date.now() / 1000)
    let passed = 0
    const app = await makeIdentifyingApp(t, { providers: [issuer.provider({ ...options, now: () => (now + passed) * 1000 })] })
    const authorization = `Bearer ${issuer.token(claims(now))}`
    const statusAt = async (seconds: number) => {
      passed = seconds
      return (await app.inject({ url: '/', headers: { authorization } })).statusCode
    }

    t.equal(await statusAt(0), 200)
    t.equal(await statusAt(after - 0.001), 200)
    t.equal(await statusAt(after + 0.001), 401)
  })
}

t.test('tokens that share parts are not confused', async (t) => {
  const app = await makeIdentifyingApp(t, { providers: [issuer.provider()] })
  const [alice, bob] = [issuer.token({ sub: 'alice' }), issuer.token({ sub: 'bob' })]
  const [header, payload] = alice.split('.')
  const mixed = [header, payload, bob.split('.')[2]].join('.')
  const subOf = async (token: string) => (await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).json().identity?.claims.sub

  t.strictSame([await subOf(alice), await subOf(bob), await subOf(mixed), await subOf(alice)], ['alice', 'bob', undefined, 'alice'])
})
