import t from 'tap'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import type { Seen } from '../helpers/upstream.ts'

const lines = [
  'GET / HTTP/1.1', 'Host: inside', 'X-Forwarded-For: 9.9.9.9', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: api.acme.io',
  'X_Forwarded_For: 8.8.8.8', 'X-Forwarded-User: ada'
]

for (const pattern of ['x-forwarded-*', 'x-*']) {
  t.test(`'${pattern}' can be owned while trustProxy trusts the headers of a proxy`, async (t) => {
    const app = makeApp(t, { trustProxy: '127.0.0.1' })
    const { origin } = await startGateway(t, { sanitize: { owned: [pattern] }, resolve: {} }, app)

    const { headers, rawHeaders } = bodyOf<Seen>(await sendRaw(t, origin, lines))

    t.match(headers, { 'x-forwarded-for': '9.9.9.9, 127.0.0.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.acme.io', 'x-real-ip': '9.9.9.9' })
    t.notOk(rawHeaders.some((part) => /8\.8\.8\.8|ada/.test(part)))
  })

  for (const [who, options] of [['a client', {}], ['a proxy that is not trusted', { trustProxy: '10.0.0.1' }]] as const) {
    t.test(`if '${pattern}' is owned, hooks do not see forwarding headers of ${who}`, async (t) => {
      const app = makeApp(t, options)
      const seen: string[] = []
      app.addHook('preHandler', async ({ headers }) => { seen.push(...Object.keys(headers)) })
      const { origin } = await startGateway(t, { sanitize: { owned: [pattern] }, resolve: {} }, app)

      const { headers } = bodyOf<Seen>(await sendRaw(t, origin, lines))

      t.match(headers, { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'inside' })
      t.ok(seen.length > 0)
      t.notOk(seen.some((name) => name.includes('forwarded')))
    })
  }
}
