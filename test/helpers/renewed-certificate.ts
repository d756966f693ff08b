import { once } from 'node:events'
import { get } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { Test } from 'tap'
import { makeAuthority } from './certificates.ts'
import { makeFolder } from './config-folder.ts'
import { startUpstream } from './upstream.ts'

/** Writes the config of a gateway with TLS, and a certificate that can be renewed by another authority. */
export async function writeRenewable (t: Test) {
  const { write } = await makeFolder(t)
  const [before, after] = [await makeAuthority(), await makeAuthority()]
  const writePair = async ({ server }: typeof before): Promise<void> => {
    const { cert, key } = await server('127.0.0.1')
    await Promise.all([write('cert.pem', cert), write('key.pem', key)])
  }
  await writePair(before)
  const file = await write('gateway.yaml', `server: { port: 0, log: silent, tls: { cert: cert.pem, key: key.pem } }
versions: { v1: { upstream: '${await startUpstream(t, 'one')}' } }
resolve: { default: v1 }
`)
  return { file, before, after, renew: async () => await writePair(after) }
}

/** Returns the status of a response, over a new connection. @throws if the certificate is not trusted */
export async function statusOver (url: string, ca: string): Promise<number | undefined> {
  const [response] = await once(get(url, { ca, agent: false }), 'response') as [IncomingMessage]
  response.resume()
  return response.statusCode
}
