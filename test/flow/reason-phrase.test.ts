import { METHODS } from 'node:http'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { type Seen, startUpstream } from '../helpers/upstream.ts'

for (const [what, head] of [
  ['a control character in a value', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Odd: a\x01b'],
  ['a control character in a value and a custom reason phrase', 'HTTP/1.1 200 Fine\r\nContent-Length: 0\r\nX-Odd: a\x01b'],
  ['an impossible status', 'HTTP/1.1 099 Odd\r\nContent-Length: 0']
] as const) {
  for (const hasHook of [false, true]) {
    t.test(`a 502 caused by ${what} has its own reason phrase${hasHook ? ', beside a header of a hook' : ''}`, async (t) => {
      const app = makeApp(t)
      app.addHook('onRequest', (_request, reply, done) => {
        if (hasHook) reply.raw.setHeader('x-raw', '1')
        done()
      })
      const { origin } = await gatewayTo(t, { targets: await upstreamSending(t, `${head}\r\n\r\n`) }, app)

      const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])

      t.match(response, /^HTTP\/1\.1 502 Bad Gateway\r\n/)
    })
  }
}

// Not all supported versions of Node know QUERY.
for (const body of METHODS.includes('QUERY') ? ['', 'select 1'] : []) {
  t.test(`a QUERY without Content-Type is forwarded with the body '${body}'`, async (t) => {
    const { origin } = await gatewayTo(t, { targets: await startUpstream(t, 'v1') })

    const response = await sendRaw(t, origin, ['QUERY /a HTTP/1.1', 'Host: a', `Content-Length: ${body.length}`], body)

    t.match(bodyOf<Seen>(response), { method: 'QUERY', path: '/a', body, headers: { 'content-type': undefined } })
  })
}
