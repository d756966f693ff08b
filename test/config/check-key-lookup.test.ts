import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import type { ConfigProblem, IdentityProvider } from '../../types/index.ts'

const getKey = () => null
const url = 'https://idp.test/jwks.json'
const dispatcher = { dispatch: () => true }

function problemsOf (jwks: object): string[] {
  const provider = { name: 'idp', issuer: 'https://idp.test', jwks: jwks as IdentityProvider['jwks'] }
  try {
    checkGateway({ versions: { latest: { upstream: 'http://127.0.0.1:1' } }, identity: { providers: [provider] } })
    return []
  } catch (error) {
    return (error as { problems: ConfigProblem[] }).problems.map(({ path, message }) => `${path.replace('identity.providers[0].', '')}: ${message}`)
  }
}

t.test('a function with its cache options is a source of keys, and so is a URL with a dispatcher', async (t) => {
  t.strictSame(problemsOf({ getKey, timeoutMs: 1, refreshSeconds: 1, cooldownSeconds: 0, staleIfErrorSeconds: 0 }), [])
  t.strictSame(problemsOf({ url, dispatcher, headers: { 'x-key': 'a' } }), [])
})

const problems: Record<string, [jwks: object, message: string]> = {
  'a function and a URL': [{ getKey, url }, "jwks: has 'url' and 'getKey'. Keep one of them."],
  'a function and keys': [{ getKey, discovery: true }, "jwks: has 'discovery' and 'getKey'. Keep one of them."],
  'a function that is none': [{ getKey: 'getJwk' }, 'jwks.getKey: expected a function of { kid, alg, issuer } and a signal'],
  'headers of a fetch that the function makes': [{ getKey, headers: {} }, "jwks.headers: has no effect with 'getKey', which fetches keys itself. Remove it."],
  'a dispatcher for the function': [{ getKey, dispatcher }, "jwks.dispatcher: has no effect with 'getKey'"],
  'a wait for keys that a token needs first': [{ getKey, onReady: 'require' }, "jwks.onReady: has no effect with 'getKey'"],
  'a dispatcher that is none': [{ url, dispatcher: {} }, 'jwks.dispatcher: expected a dispatcher of undici'],
  'a dispatcher and a proxy': [{ url, dispatcher, proxy: 'http://proxy:3128' }, "jwks.proxy: has no effect with 'dispatcher'."]
}
for (const [what, [jwks, message]] of Object.entries(problems)) {
  t.test(`${what} is refused`, async (t) => {
    const found = problemsOf(jwks)

    t.equal(found.length, 1)
    t.match(found[0], message)
  })
}
