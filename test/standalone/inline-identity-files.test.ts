import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { Process } from '../helpers/standalone.ts'
import { start } from '../../lib/standalone/commands/start.ts'
import { startUpstream } from '../helpers/upstream.ts'

const config = (upstream: string, jwks: string): string => `server: { port: 0, log: silent }
versions: { v1: { upstream: '${upstream}' } }
resolve: { default: v1 }
identity: { providers: [{ name: idp, issuer: 'https://issuer.test', jwks: ${jwks} }] }`

t.test('the CA of an issuer can be a file next to the config', async (t) => {
  const issuer = makeIssuer()
  const authority = await makeAuthority()
  const server = createServer(await authority.server('localhost'), (_request, response) => { response.end(JSON.stringify({ keys: [issuer.jwk] })) }).listen(0)
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const { write } = await makeFolder(t)
  await write('ca.pem', authority.ca)
  const url = `https://localhost:${(server.address() as AddressInfo).port}/keys`
  const file = await write('gateway.yaml', config(await startUpstream(t, 'v1'), `{ url: '${url}', ca: ca.pem, headers: { x-key: secret-1 } }`))
  const host = new Process()
  const { address } = await start(file, { watch: false }, host)
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })

  t.equal((await fetch(address, { headers: { authorization: `Bearer ${issuer.token()}` } })).status, 200)
  t.equal((await fetch(address, { headers: { authorization: `Bearer ${makeIssuer().token()}` } })).status, 401)
})

t.test('problems with fetch options are reported with their line', async (t) => {
  const { write } = await makeFolder(t)
  const problemOf = async (jwks: string): Promise<string> =>
    await loadConfig(await write('gateway.yaml', config('http://127.0.0.1:1', jwks))).then(() => '', (error: Error) => error.message)
  const url = "url: 'http://keycloak:8080/keys'"

  t.match(await problemOf(`{ ${url} }`), /:4:.*jwks\.url: .*jwks\.allowHttp/)
  t.equal(await problemOf(`{ ${url}, allowHttp: true }`), '')
  t.match(await problemOf(`{ ${url}, allowHttp: true, ca: none.pem }`), /jwks\.ca: ENOENT/)
  t.match(await problemOf(`{ ${url}, allowHttp: true, proxy: 'proxy' }`), /jwks\.proxy: expected the address of a proxy/)
  t.notMatch(await problemOf(`{ ${url}, allowHttp: true, headers: 'secret-1' }`), /secret-1/)
})

t.test('for a file that is neither a JWKS nor PEM, the message names its content', async (t) => {
  const { write } = await makeFolder(t)
  const { jwk } = makeIssuer()
  const problemOf = async (content: string): Promise<string> => {
    await write('keys.json', content)
    return await loadConfig(await write('gateway.yaml', config('http://127.0.0.1:1', '{ file: keys.json }'))).then(() => '', (error: Error) => error.message)
  }

  t.equal(await problemOf(JSON.stringify({ keys: [jwk] })), '')
  t.match(await problemOf(JSON.stringify([jwk])), /jwks\.file: is a list, not a JWKS\. Put it into an object/)
  t.match(await problemOf(JSON.stringify(jwk)), /jwks\.file: is a single key, not a JWKS\. Put it into a list/)
  t.match(await problemOf(JSON.stringify({ issuer: 'x', jwks_uri: 'https://a/keys' })), /metadata of an issuer, not its keys\. Write jwks: \{ url: 'https:\/\/a\/keys' \}/)
  for (const content of ['', 'text', '{}', 'null']) t.match(await problemOf(content), /neither a JWKS, .*, nor PEM/)
})
