import t from 'tap'
import { makeIdentifyingApp } from '../helpers/identifying-app.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'

const [old, next] = [makeIssuer('old'), makeIssuer('next')]

t.test('keys can be rotated under load: valid tokens work, and the removed key is rejected after one refresh', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [old.jwk] }))
  const app = await makeIdentifyingApp(t, { providers: [old.provider({ jwks: { url: server.url, refreshSeconds: 1 } })] })
  await app.ready()
  const send = async (token: string) => (await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).statusCode
  const remembered = old.token({ sub: 'remembered' })
  let count = 0
  const failures: string[] = []
  const load = async (stillGood: () => boolean, tokens: Array<() => string>): Promise<void> => {
    while (stillGood()) {
      for (const make of tokens) {
        const status = await send(make())
        count++
        if (status !== 200 && stillGood()) failures.push(`${status} at ${count}`)
      }
      // Injected requests do not yield to sockets and timers.
      await new Promise(setImmediate)
    }
  }
  const fetches = (more: number) => {
    const goal = server.fetched.length + more
    return () => server.fetched.length < goal
  }

  // Only the old key; then both.
  await load(fetches(1), [() => remembered, () => old.token()])
  server.setResponse(respondWith({ keys: [old.jwk, next.jwk] }))
  await load(fetches(2), [() => remembered, () => old.token(), () => next.token()])
  t.strictSame(failures, [])
  t.ok(count > 50, `${count} requests`)

  // The old key is removed. The fetch after the next one starts only when the new set is in use.
  server.setResponse(respondWith({ keys: [next.jwk] }))
  await load(fetches(2), [() => next.token()])

  t.strictSame(failures, [])
  t.strictSame([await send(remembered), await send(old.token()), await send(next.token())], [401, 401, 200])
  t.strictSame(app.identityProviders()[0]?.keys.map(({ kid }) => kid), ['next'])
})

t.test('a token whose key is removed during its verification is not cached', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [old.jwk, next.jwk] }))
  let release = (): void => {}
  let begun = (): void => {}
  const hasBegun = new Promise<void>((resolve) => { begun = resolve })
  const validate = async (): Promise<void> => { await new Promise<void>((resolve) => { release = resolve; begun() }) }
  const app = await makeIdentifyingApp(t, { providers: [old.provider({ validate, jwks: { url: server.url, refreshSeconds: 3600 } })] })
  const authorization = `Bearer ${old.token()}`
  const first = app.inject({ url: '/', headers: { authorization } }).then(({ statusCode }) => statusCode)
  await hasBegun
  server.setResponse(respondWith({ keys: [next.jwk] }))
  // An unknown kid causes another fetch of the set.
  await app.inject({ url: '/', headers: { authorization: `Bearer ${old.token({}, { kid: 'unknown' })}` } })
  release()

  t.equal(await first, 401)
  t.equal((await app.inject({ url: '/', headers: { authorization } })).statusCode, 401)
})
