import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'

/** What an upstream knows about the connection of a request. */
interface SeenTls {
  host: string | undefined
  servername: string | false | null
  /** The subject of the client certificate. */
  client: string | undefined
}

/** Starts an upstream with TLS. */
async function startTlsUpstream (t: Test, options: ServerOptions, path?: string) {
  const requests: SeenTls[] = []
  const server = createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket & { servername: string | false | null }
    requests.push({ host: request.headers.host, servername: socket.servername, client: socket.getPeerX509Certificate()?.subject })
    response.end('ok')
  })
  let connections = 0
  server.on('secureConnection', () => { connections++ }).on('tlsClientError', () => {})
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { targets: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, connections: () => connections }
}

async function gatewayTo (t: Test, upstream: UpstreamOptions, app = makeApp(t)) {
  return await startGateway(t, { versions: { latest: { upstream } }, resolve: {} }, app)
}

t.test('an upstream with an untrusted certificate never receives a request', async (t) => {
  const { server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('127.0.0.1'))
  const lines: string[] = []
  const { send } = await gatewayTo(t, { targets }, makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } }))

  const response = await send('/orders', { method: 'POST', body: 'secret' })

  t.equal(response.status, 502)
  t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE', version: 'latest' })
  t.strictSame(requests, [])
  t.match(lines.find((line) => line.includes('request refused')), /certificate/)
})

t.test('a certificate from the configured authority is accepted', async (t) => {
  const { ca, server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('127.0.0.1'))
  const { send } = await gatewayTo(t, { targets, tls: { ca } })

  const response = await send('/orders')

  t.equal(response.status, 200)
  t.match(requests, [{ host: new URL(targets).host }])
})

t.test('a certificate from another authority than the configured one is rejected', async (t) => {
  const { ca } = await makeAuthority()
  const { server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('127.0.0.1'))
  const { send } = await gatewayTo(t, { targets, tls: { ca } })

  const response = await send('/orders')

  t.equal(response.status, 502)
  t.strictSame(requests, [])
})

t.test('a certificate for another name than that of the target is rejected', async (t) => {
  const { ca, server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('inside.test'))
  const { send } = await gatewayTo(t, { targets, tls: { ca } })

  const response = await send('/orders')

  t.equal(response.status, 502)
  t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE' })
  t.strictSame(requests, [])
})

for (const [host, seen] of [['target', null], ['client', 'api.test'], ['other.test', 'other.test']] as const) {
  t.test(`tls.servername is sent and verified, also with the host of ${host}`, async (t) => {
    const { ca, server } = await makeAuthority()
    const { targets, requests } = await startTlsUpstream(t, await server('inside.test'))
    const { origin } = await gatewayTo(t, { targets, host, tls: { ca, servername: 'inside.test' } })

    const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test'])

    t.match(response, /^HTTP\/1\.1 200 /)
    t.match(requests, [{ servername: 'inside.test', host: seen ?? new URL(targets).host }])
  })
}

// If a client could choose the verified name, any host with a valid certificate could pose as the upstream.
t.test('a client cannot choose the name that is verified', async (t) => {
  const { ca, server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('client.test'))
  const { origin } = await gatewayTo(t, { targets, host: 'client', tls: { ca } })

  const response = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: client.test'])

  t.match(response, /^HTTP\/1\.1 502 /)
  t.strictSame(requests, [])
})

t.test('requests for different hosts share a connection', async (t) => {
  const { ca, server } = await makeAuthority()
  const { targets, requests, connections } = await startTlsUpstream(t, await server('127.0.0.1'))
  const { origin } = await gatewayTo(t, { targets, host: 'client', tls: { ca } })

  const responses = [
    await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: one.test']),
    await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: other.test'])
  ]

  for (const response of responses) t.match(response, /^HTTP\/1\.1 200 /)
  t.match(requests, [{ host: 'one.test' }, { host: 'other.test' }])
  t.equal(connections(), 1)
})

t.test('an upstream that requests a client certificate gets the configured one', async (t) => {
  const { ca, server, client } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, { ...await server('127.0.0.1'), ca, requestCert: true })
  const { send } = await gatewayTo(t, { targets, tls: { ca, ...await client('the gateway') } })

  const response = await send('/orders')

  t.equal(response.status, 200)
  t.match(requests, [{ client: 'CN=the gateway' }])
})

for (const [what, certificate] of [
  ['no client certificate', async () => ({})],
  ['one of another authority', async () => await (await makeAuthority()).client('the gateway')]
] as const) {
  t.test(`an upstream that requests a client certificate and gets ${what} refuses the connection`, async (t) => {
    const { ca, server } = await makeAuthority()
    const { targets, requests } = await startTlsUpstream(t, { ...await server('127.0.0.1'), ca, requestCert: true })
    const { send } = await gatewayTo(t, { targets, tls: { ca, ...await certificate() } })

    const response = await send('/orders')

    t.equal(response.status, 502)
    t.match(await response.json(), { code: 'UPSTREAM_UNAVAILABLE' })
    t.strictSame(requests, [])
  })
}

t.test('the certificate of an upstream on a Unix socket is verified for localhost', async (t) => {
  const { ca, server } = await makeAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  t.teardown(async () => { await rm(folder, { recursive: true }) })
  const path = join(folder, 'app.sock')
  const { requests } = await startTlsUpstream(t, await server('localhost'), path)
  const { send } = await gatewayTo(t, { targets: `unix+https://${path}`, tls: { ca } })

  const response = await send('/orders')

  t.equal(response.status, 200)
  t.match(requests, [{ servername: 'localhost' }])
})

t.test('rejectUnauthorized: false accepts any certificate, with a warning at boot', async (t) => {
  const { server } = await makeAuthority()
  const { targets, requests } = await startTlsUpstream(t, await server('inside.test'))
  const lines: string[] = []
  const app = makeApp(t, { logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const { send } = await gatewayTo(t, { targets, tls: { rejectUnauthorized: false } }, app)

  const atBoot = lines.map((line) => JSON.parse(line))
  const response = await send('/orders')

  t.equal(response.status, 200)
  t.equal(requests.length, 1)
  t.match(atBoot.filter(({ level }) => level >= 40), [{ level: 40, version: 'latest', msg: /not verified/ }])
})
