import { request as httpRequest } from 'node:http'
import t, { type Test } from 'tap'
import { Agent, type Dispatcher, getGlobalDispatcher, interceptors, MockAgent, setGlobalDispatcher } from 'undici'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { RemoteKeys } from '../../lib/verify-identity/keys/remote-keys.ts'
import type { RemoteKeysOptions, UndiciDispatcher } from '../../types/index.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { respondWith, startJwksServer } from '../helpers/jwks-server.ts'

const { jwk } = makeIssuer('known')
const hint = { alg: 'RS256', kid: 'known' }

function keysAt (t: Test, url: string, options: RemoteKeysOptions = {}): RemoteKeys {
  const log = { info () {}, warn () {}, error () {} }
  const keys = new RemoteKeys({ name: 'test-idp', issuer: 'https://issuer.test', jwks: { ...keyFetchingDefaults, url, ...options } }, { log })
  t.teardown(async () => await keys.close())
  return keys
}

/** An issuer that only exists in an agent for tests. */
function mockIssuer (t: Test, status = 200): MockAgent {
  const agent = new MockAgent()
  agent.disableNetConnect()
  agent.get('https://issuer.test').intercept({ path: '/keys.json' }).reply(status, { keys: [jwk] }, { headers: { 'content-type': 'application/json' } }).persist()
  t.teardown(async () => await agent.close())
  return agent
}

/** Sets the global dispatcher until the end of a test. */
function setGlobal (t: Test, dispatcher: Dispatcher): void {
  const before = getGlobalDispatcher()
  setGlobalDispatcher(dispatcher)
  t.teardown(() => setGlobalDispatcher(before))
}

type Legacy = Record<'onConnect' | 'onHeaders' | 'onData' | 'onComplete' | 'onError', (...values: unknown[]) => unknown>

/** A dispatcher with the callbacks of undici before version 7, which Node 20 and 22 have built in. */
const legacy: UndiciDispatcher = {
  dispatch ({ origin, path, headers }: { origin: string, path: string, headers: Record<string, string> }, handler: Legacy) {
    const request = httpRequest(new URL(path, origin), { headers })
    handler.onConnect((reason: Error) => {
      request.on('error', () => {}).destroy()
      handler.onError(reason)
    })
    request.on('error', (error) => handler.onError(error)).on('response', (response) => {
      handler.onHeaders(response.statusCode, response.rawHeaders.map((part) => Buffer.from(part)), () => {}, '')
      response.on('data', (chunk) => handler.onData(chunk)).on('end', () => handler.onComplete([])).on('error', (error) => handler.onError(error))
    }).end()
    return true
  }
}

t.test('keys are fetched through the dispatcher of a provider', async (t) => {
  const keys = keysAt(t, 'https://issuer.test/keys.json', { dispatcher: mockIssuer(t) })

  t.equal((await keys.find(hint)).length, 1)
})

t.test('keys are fetched through the global dispatcher that the app has set, even later', async (t) => {
  const keys = keysAt(t, 'https://issuer.test/keys.json')
  setGlobal(t, mockIssuer(t))

  t.equal((await keys.find(hint)).length, 1)
})

t.test('options of a connection take precedence over the global dispatcher, and so does the dispatcher of a provider', async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [jwk] }))
  setGlobal(t, mockIssuer(t, 500))
  const agent = new Agent()
  t.teardown(async () => await agent.close())

  for (const options of [{ proxy: false as const }, { dispatcher: agent }]) {
    t.equal((await keysAt(t, server.url, options).find(hint)).length, 1)
  }
})

t.test("undici's own global dispatcher is not one that the app has set", async (t) => {
  const server = await startJwksServer(t, respondWith({ keys: [jwk] }))
  const original = getGlobalDispatcher()
  let used = 0
  const { dispatch } = original
  t.intercept(original, 'dispatch', { value: (...rest: Parameters<typeof dispatch>) => { used++; return dispatch.apply(original, rest) } })

  await keysAt(t, server.url).find(hint)

  t.equal(used, 0)
})

const dispatchers: Record<string, () => UndiciDispatcher> = {
  'of undici': () => new Agent(),
  'with interceptors': () => new Agent().compose(interceptors.decompress(), interceptors.retry({ maxRetries: 0 })),
  'with the callbacks of earlier versions': () => legacy
}
for (const [what, make] of Object.entries(dispatchers)) {
  t.test(`a dispatcher ${what} fetches keys, within the limits of the provider`, async (t) => {
    const server = await startJwksServer(t, respondWith({ keys: [jwk] }))
    const dispatcher = make()
    t.teardown(async () => await (dispatcher as Partial<Agent>).destroy?.())
    const errorWith = async (options: RemoteKeysOptions) => {
      const keys = keysAt(t, server.url, { dispatcher, ...options })
      await keys.refresh()
      return keys.status().lastError
    }

    t.equal(await errorWith({}), null)
    t.match(await errorWith({ maxBytes: 10 }), /jwks\.maxBytes/)
    server.setResponse(respondWith('', 302, { location: '/elsewhere' }))
    t.match(await errorWith({}), /Redirects are not followed/)
    server.setResponse(() => {})
    t.match(await errorWith({ timeoutMs: 50 }), /did not respond within 50 ms/)
    await server.stop()
    t.match(await errorWith({}), /could not be fetched/)
    t.notOk(server.fetched.includes('/elsewhere'))
  })
}

t.test('an error that a dispatcher throws fails the fetch', async (t) => {
  const keys = keysAt(t, 'https://issuer.test/keys.json', { dispatcher: { dispatch () { throw new Error('not mocked') } } })

  await t.rejects(keys.find(hint) as Promise<unknown>, { code: 'KEYS_UNAVAILABLE' })

  t.match(keys.status().lastError, /not mocked/)
})

t.test('the app closes its own dispatcher', async (t) => {
  const agent = mockIssuer(t)
  const keys = keysAt(t, 'https://issuer.test/keys.json', { dispatcher: agent })
  await keys.find(hint)

  await keys.close()

  t.equal((await keysAt(t, 'https://issuer.test/keys.json', { dispatcher: agent }).find(hint)).length, 1)
})
