import type { Socket } from 'node:net'
import t from 'tap'
import { makeIssuer } from '../helpers/issuer.ts'
import { proxyEnvironment } from '../helpers/proxy.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { statusAfterFetches } from '../helpers/remote-keys.ts'

// A key fetch must accept every response that an exchange with an upstream accepts.

const { jwk } = makeIssuer('known')
const set = JSON.stringify({ keys: [jwk] })
const ok = `HTTP/1.1 200 OK\r\nContent-Length: ${set.length}\r\n\r\n${set}`
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'

const cases: Array<[what: string, respond: (socket: Socket) => void]> = [
  ['an unsolicited 100', (socket) => socket.write(goOn + ok)],
  ['a 100 after an empty line', (socket) => socket.write(`\r\n${goOn}${ok}`)],
  ['a 103', (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}`)],
  ['a reset after the response', (socket) => socket.write(ok, () => socket.resetAndDestroy())],
  ['900 KB without a length', (socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${set}${' '.repeat(900_000)}`)],
  ['130 fields', (socket) => socket.write(ok.replace('\r\n', `\r\n${'Set-Cookie: a=b\r\n'.repeat(130)}`))]
]
for (const [what, respond] of cases) {
  for (const hasProxy of [false, true]) {
    t.test(`keys are fetched despite ${what}${hasProxy ? ', through a proxy' : ''}`, async (t) => {
      proxyEnvironment(t)({})
      const origin = await rawUpstream(t, respond)
      // The proxy itself sends this response.
      const url = hasProxy ? 'http://keys.test/keys' : `${origin}/keys`

      const { keys, lastError, fetches } = await statusAfterFetches(t, 2, url, { proxy: hasProxy && origin })

      t.equal(lastError, null)
      t.equal(keys.length, 1)
      t.strictSame(fetches, { succeeded: 2, failed: 0 })
    })
  }
}

for (const [what, bytes, error] of [
  ['a long refusal', `HTTP/1.0 500 Oops\r\n\r\n${' '.repeat(3_000_000)}`, /returned 500/],
  ['a long redirect', `HTTP/1.0 302 Found\r\nLocation: /a\r\n\r\n${' '.repeat(3_000_000)}`, /returned 302/],
  ['a set that is too long', `HTTP/1.0 200 OK\r\n\r\n${set}${' '.repeat(3_000_000)}`, /more than jwks\.maxBytes/],
  ['a response that ends early', ok.slice(0, -1), /could not be fetched/]
] as const) {
  t.test(`the error for ${what} names the cause`, async (t) => {
    const origin = await rawUpstream(t, (socket) => socket.end(bytes))

    const { lastError } = await statusAfterFetches(t, 2, `${origin}/keys`)

    t.match(lastError, error)
  })
}
