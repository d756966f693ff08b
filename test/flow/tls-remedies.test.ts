import { once } from 'node:events'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp } from '../helpers/gateway.ts'
import { respondWith, startHttp2Upstream } from '../helpers/http2-upstream.ts'
import { upstreamSending } from '../helpers/raw-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'

interface Line {
  msg: string
  remedy?: string
}

async function startTls (t: Test, name = '127.0.0.1') {
  const { ca, server: issue } = await makeAuthority()
  const server = createHttps(await issue(name), (_request, response) => { response.end('ok') }).on('tlsClientError', () => {}) as unknown as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  return { ca, port: (server.address() as AddressInfo).port }
}

/** Sends a request that fails. @returns the remedies in the log */
async function remedies (t: Test, upstream: UpstreamOptions): Promise<Record<string, string | undefined>> {
  const lines: Line[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(JSON.parse(line) as Line) } } } })
  const { send } = await gatewayTo(t, { health: { passive: { failures: 1 } }, ...upstream }, app)
  const response = await send('/')
  t.equal(response.status, 502)
  t.notMatch(await response.text(), /tls|https?:\/\/127/i)
  return Object.fromEntries(lines.filter(({ msg }) => /refused|not healthy/.test(msg)).map(({ msg, remedy }) => [msg, remedy]))
}

for (const http2 of [false, true]) {
  const protocol = http2 ? 'HTTP/2' : 'HTTP/1.1'

  t.test(`for an untrusted certificate, the log suggests tls.ca (${protocol})`, async (t) => {
    const { port } = await startTls(t)

    const logged = await remedies(t, { targets: `https://127.0.0.1:${port}`, http2 })

    t.match(logged, { 'request refused': /tls\.ca/, 'target is not healthy': /tls\.ca/ })
  })

  t.test(`for a certificate with another name, the log suggests tls.servername (${protocol})`, async (t) => {
    const { port, ca } = await startTls(t, 'other.test')

    const logged = await remedies(t, { targets: `https://127.0.0.1:${port}`, http2, tls: { ca } })

    t.match(logged['request refused'], /tls\.servername/)
  })

  t.test(`for an https URL of a target without TLS, the log suggests the http URL (${protocol})`, async (t) => {
    const target = (await startUpstream(t, 'v1')).replace('http:', 'https:')

    const logged = await remedies(t, { targets: target, http2 })

    t.match(logged['request refused'], `write '${target.replace('https:', 'http:')}'`)
  })
}

t.test('for an http URL of a target with TLS, the log suggests the https URL', async (t) => {
  const { port } = await startTls(t)

  const logged = await remedies(t, { targets: `http://127.0.0.1:${port}` })

  t.match(logged, { 'request refused': `write 'https://127.0.0.1:${port}'`, 'target is not healthy': `write 'https://127.0.0.1:${port}'` })
})

t.test('for a TLS alert in response to plain HTTP, the log suggests the https URL', async (t) => {
  const target = await upstreamSending(t, '\x15\x03\x01\x00\x02\x02\x46')

  const logged = await remedies(t, { targets: target })

  t.match(logged['request refused'], `write '${target.replace('http:', 'https:')}'`)
})

t.test('for HTTP/2 without TLS to a target with TLS, the log suggests the https URL', async (t) => {
  const { port } = await startTls(t)

  const logged = await remedies(t, { targets: `http://127.0.0.1:${port}`, http2: true })

  t.match(logged, { 'request refused': `write 'https://127.0.0.1:${port}'`, 'target is not healthy': `write 'https://127.0.0.1:${port}'` })
})

t.test('for HTTP/2 without TLS to an HTTP/1.1 target, the log suggests to omit http2', async (t) => {
  const logged = await remedies(t, { targets: await startUpstream(t, 'v1'), http2: true })

  t.match(logged['request refused'], /leave out the upstream's http2/)
  t.notMatch(logged['request refused'], /https/)
})

t.test('for a TLS target that only offers HTTP/2, the log suggests http2: true', async (t) => {
  const { targets, ca } = await startHttp2Upstream(t, respondWith('ok'))

  const logged = await remedies(t, { targets, tls: { ca } })

  t.match(logged, { 'request refused': /write http2: true/, 'target is not healthy': /write http2: true/ })
})

t.test('for a target that responds to HTTP/1.1 with HTTP/2, the log suggests http2: true', async (t) => {
  const target = await upstreamSending(t, '\x00\x00\x00\x04\x00\x00\x00\x00\x00')

  const logged = await remedies(t, { targets: target })

  t.match(logged['request refused'], /write http2: true/)
})

t.test('for a failure unrelated to TLS, the log suggests nothing', async (t) => {
  const logged = await remedies(t, { targets: await upstreamSending(t, 'SSH-2.0-x\r\n') })

  t.equal(logged['request refused'], undefined)
})
