import t from 'tap'
import versionGateway from '../../lib/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Node silently drops headers beyond its limit (CVE-2026-58044). A request that is parsed again because
// its upgrade is ignored would lack them: without its length, the body would be parsed as another request.
for (const [what, filler, maxHeadersCount] of [['by default', 1000, null], ['with a limit of the app', 10, 10]] as const) {
  t.test(`an upgrade whose Content-Length Node dropped is not parsed as two requests, ${what}`, async (t) => {
    const received: string[] = []
    const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
      received.push(url!)
      response.end('ok')
    })
    const app = makeApp(t)
    app.server.maxHeadersCount = maxHeadersCount
    const { origin } = await gatewayTo(t, { targets: upstream }, app)
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: api.test\r\n\r\n'
    const lines = ['POST / HTTP/1.1', 'Host: api.test', 'Connection: Upgrade', 'Upgrade: h2c', ...Array<string>(filler).fill('a: 1')]

    const response = await sendRaw(t, origin, [...lines, `Content-Length: ${smuggled.length}`], smuggled)

    t.strictSame(received, [])
    t.notMatch(response, /HTTP\/1\.1 200/)
  })
}

t.test('an upgrade with many headers gets a response if the app allows them', async (t) => {
  const app = makeApp(t)
  app.server.maxHeadersCount = 0
  app.post('/mine', async ({ body }) => body)
  await app.register(versionGateway, { prefix: '/api', versions: { latest: { upstream: 'http://127.0.0.1:1' } } })
  const origin = await listen(app)
  const lines = ['POST /mine HTTP/1.1', 'Host: api.test', 'Upgrade: h2c', ...Array<string>(1000).fill('a: 1'), 'Content-Type: text/plain']

  const response = await sendRaw(t, origin, [...lines, 'Connection: Upgrade', 'Content-Length: 5'], 'hello')

  t.match(response, /^HTTP\/1\.1 200 [^]*hello$/)
})
