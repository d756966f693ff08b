import t from 'tap'
import { makeApp } from '../helpers/gateway.ts'
import { encodings, signatures } from '../helpers/hostile-encodings.ts'
import {
  algorithmsByKeys, canary, claimValues, headers, type Hostile, payloads, publicKeysAsSecrets, messages, signersOfAllTypes
} from '../helpers/hostile-tokens.ts'
import { sendRaw } from '../helpers/raw.ts'
import { recordingGateway } from '../helpers/recording-gateway.ts'

const issuers = signersOfAllTypes()
const [rsa] = issuers
const groups: Record<string, Hostile[]> = {
  'an algorithm that is not its key\'s': algorithmsByKeys(issuers),
  'a public key as secret': publicKeysAsSecrets(rsa!),
  'a header that wants more than it may': headers(rsa!),
  'a claim of another value or type': claimValues(rsa!),
  'a payload that can be read in two ways, or in none': payloads(rsa!),
  'another encoding': encodings(rsa!),
  'a signature that is none': signatures(issuers)
}
const all = Object.values(groups).flat()
const sentences = new Set(Object.values(messages))

t.test('there are at least 450 hostile tokens, all with different titles', async (t) => {
  t.ok(all.length >= 450, `${all.length} tokens`)
  t.equal(new Set(all.map(({ title }) => title)).size, all.length)
})

t.test('forged and malformed tokens are refused', async (t) => {
  let log = ''
  // Room for a token that is too long.
  const options = { http: { maxHeaderSize: 32 * 1024 }, logger: { level: 'trace', stream: { write (line: string) { log += line } } } }
  const app = makeApp(t, options)
  const provider = rsa!.provider({ jwks: { keys: issuers.map(({ jwk }) => jwk) }, requiredClaims: ['sub'] })
  const { origin, whole, begun } = await recordingGateway(t, { identity: { providers: [provider] } }, app)
  let responses = ''

  for (const [kind, tokens] of Object.entries(groups)) {
    t.test(`${kind} is refused and does not reach an upstream`, async (t) => {
      for (const { title, token, message } of tokens) {
        const response = await sendRaw(t, origin, ['GET /orders HTTP/1.1', 'Host: api.test', 'x-version-override: latest', `Authorization: Bearer ${token}`])

        responses += response
        t.match(response, /^HTTP\/1\.1 401 Unauthorized\r\n/, title)
        t.match(response, '"code":"TOKEN_INVALID"', title)
        const [, description] = /\r\nwww-authenticate: Bearer realm="api", error="invalid_token", error_description="([^"]+)"\r\n/.exec(response) ?? []
        t.ok(sentences.has(description!), title)
        if (message !== '') t.equal(description, message, title)
      }
    })
  }

  t.test('no hostile token appears in a response or in the log', async (t) => {
    const fragments = new Set(all.flatMap(({ token }) => token.split(/[^\w-]/)).filter((text) => text.length >= 16).flatMap((text) => [text.slice(0, 16), text.slice(-16)]))

    t.equal([...fragments].filter((fragment) => log.includes(fragment) || responses.includes(fragment)).length, 0)
    t.notOk(log.includes(canary) || responses.includes(canary))
    t.ok(log.includes('request refused'))
    t.notOk(log.includes('"level":50'))
  })

  t.test('afterwards, valid tokens of every key type are accepted', async (t) => {
    t.strictSame(begun, [])

    for (const issuer of issuers) {
      const response = await fetch(`${origin}/${issuer.jwk.alg}`, { headers: { authorization: `Bearer ${issuer.token()}` } })
      t.equal(response.status, 200)
    }

    t.strictSame(whole, issuers.map(({ jwk }) => `GET /${jwk.alg}`))
  })
})
