import { once } from 'node:events'
import { connect } from 'node:http2'
import { createServer, get } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { statusOver, writeRenewable } from '../helpers/renewed-certificate.ts'
import { Process } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

for (const http2 of [false, true]) {
  t.test(`a gateway can listen with TLS from files next to its config${http2 ? ', and HTTP/2' : ''}`, async (t) => {
    const { write } = await makeFolder(t)
    const { ca, server } = await makeAuthority()
    const { cert, key } = await server('127.0.0.1')
    await Promise.all([write('cert.pem', cert), write('key.pem', key)])
    const file = await write('gateway.yaml', `server: { port: 0, log: silent, http2: ${http2}, tls: { cert: cert.pem, key: key.pem } }
versions: { v1: { upstream: '${await startUpstream(t, 'one')}' } }
resolve: { default: v1 }
`)
    const host = new Process()
    const { address } = await start(file, { watch: false }, host)
    t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })

    const [response] = await once(get(`${address}/a`, { ca, agent: false }), 'response') as [IncomingMessage]
    response.resume()
    const session = connect(address, { ca }).on('error', () => {})
    const stream = http2 ? session.request({ ':path': '/a' }) : null
    const [head] = stream === null ? [null] : await once(stream, 'response')
    if (!http2) session.destroy()
    host.emit('SIGTERM')
    const exit = await host.ended()

    t.equal(exit, 0, 'sessions are closed as well')
    t.match(address, /^https:/)
    t.equal(response.headers['api-version'], 'v1')
    t.equal(head?.['api-version'] ?? null, http2 ? 'v1' : null)
  })
}

t.test('the CA of an upstream can be a file next to the config, and a missing file is reported', async (t) => {
  const { write } = await makeFolder(t)
  const { ca, server } = await makeAuthority()
  const upstream = createServer(await server('127.0.0.1'), (_request, response) => response.end('secure')).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  t.teardown(() => { upstream.closeAllConnections(); upstream.close() })
  await write('ca.pem', ca)
  const text = (file: string): string => `server: { port: 0, log: silent }
versions: { v1: { upstream: { targets: 'https://127.0.0.1:${(upstream.address() as AddressInfo).port}', tls: { ca: ${file}, rejectUnauthorized: true } } } }
resolve: { default: v1 }
`
  const host = new Process()
  const standalone = await start(await write('gateway.yaml', text('ca.pem')), { watch: false }, host)
  const { address } = standalone
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })

  const before = await (await fetch(`${address}/a`)).text()
  await standalone.reload(await loadConfig(await write('gateway.yaml', `${text('ca.pem')}aliases: { stable: v1 }\n`)))

  t.equal(before, 'secure')
  t.equal(standalone.app.versions.revision, 2)
  t.equal(await (await fetch(`${address}/a`)).text(), 'secure', 'after a reload as well')
  await t.rejects(loadConfig(await write('other.yaml', text('none.pem'))), /other\.yaml:2:\d+ versions\.v1\.upstream\.tls\.ca: ENOENT/)
})

t.test('a reload presents a new certificate and changes nothing else', async (t) => {
  const { file, before, after, renew } = await writeRenewable(t)
  const host = new Process()
  const standalone = await start(file, { watch: false }, host)
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })
  const { app, address } = standalone
  const statusFor = async (ca: string): Promise<number | undefined> => await statusOver(`${address}/a`, ca)
  t.equal(await statusFor(before.ca), 200)

  await renew()
  await standalone.reload(await loadConfig(file))

  t.equal(await statusFor(after.ca), 200)
  await t.rejects(statusFor(before.ca), { code: /CERT|SELF_SIGNED|UNABLE/ })
  t.equal(standalone.app, app)
  t.equal(app.versions.revision, 1)
})

t.test('an invalid certificate of the listener is a problem in the config file', async (t) => {
  const { write } = await makeFolder(t)
  const [one, other] = await Promise.all([makeAuthority(), makeAuthority()].map(async (made) => await (await made).server('127.0.0.1')))
  await Promise.all([write('cert.pem', one!.cert), write('other.pem', other!.key), write('none.pem', 'nothing')])
  const problemOf = async (cert: string, key: string): Promise<string> => {
    const file = await write('gateway.yaml', `versions: { v1: { upstream: 'http://127.0.0.1:1' } }
aliases: { latest: v1 }
server: { tls: { cert: ${cert}, key: ${key} } }
`)
    return await loadConfig(file).then(() => 'none', (error: Error) => error.message)
  }

  t.match(await problemOf('cert.pem', 'absent.pem'), /gateway\.yaml:3:\d+ server\.tls\.key: ENOENT/)
  t.match(await problemOf('cert.pem', 'other.pem'), /gateway\.yaml:3:\d+ server\.tls: has a certificate and a private key that do not belong together/)
  t.match(await problemOf('none.pem', 'other.pem'), /server\.tls\.cert: expected PEM/)
})

t.test('invalid certificate files are reported together with other problems', async (t) => {
  const { write } = await makeFolder(t)
  const [one, other] = await Promise.all([makeAuthority(), makeAuthority()].map(async (made) => await (await made).client('gateway')))
  await Promise.all([write('cert.pem', one!.cert), write('other.pem', other!.key)])
  const file = await write('gateway.yaml', `server: { http2: true }
versions:
  v1:
    upstream: { targets: 'https://127.0.0.1:1', tls: { cert: cert.pem, key: other.pem } }
resolve: { default: v9 }
`)

  const message = await loadConfig(file).then(() => 'none', (error: Error) => error.message)

  t.match(message.split('\n').map((line) => line.replace(/^.*yaml/, '')), [
    /^:1:11 server\.http2: needs server\.tls/,
    /^:4:49 versions\.v1\.upstream\.tls: has a certificate and a private key that do not belong together/,
    /^:5:12 resolve\.default: 'v9' is neither/
  ])
})
