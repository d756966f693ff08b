// The standalone gateway in its own process, from config files: one listens without TLS, one with TLS and HTTP/2.
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../../lib/standalone/commands/start.ts'
import type { VersionsConfig } from '../../types/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { serveParent } from './children.ts'
import { Account } from './figures.ts'

const versions = JSON.parse(process.argv[2]!) as VersionsConfig
const resolve = { override: [{ header: 'x-version-override' }], default: 'latest' }

process.on('warning', (warning) => { throw warning })

/** The process as the gateway sees it. It exits only when it has nothing left to do. */
class Host extends EventEmitter {
  readonly env = process.env
  readonly ended = once(this, 'exit')

  exit (code: number): void {
    this.emit('exit', code)
  }
}

const account = new Account([])
const { ca, server } = await makeAuthority()
const folder = await mkdtemp(join(tmpdir(), 'soak-'))

async function begin (name: string, listener: object): Promise<{ host: Host, address: string }> {
  const file = join(folder, name)
  // YAML includes JSON.
  await writeFile(file, JSON.stringify({ server: { port: 0, log: 'silent', ...listener }, versions, resolve }))
  const host = new Host()
  const { address } = await start(file, { watch: false }, host)
  return { host, address }
}

for (const [name, text] of Object.entries(await server('127.0.0.1'))) await writeFile(join(folder, `${name}.pem`), text)
const http1 = await begin('http1.yaml', {})
const http2 = await begin('http2.yaml', { http2: true, tls: { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') } })
await rm(folder, { recursive: true })

serveParent({
  figures: () => account.take(),
  stall: () => account.stall(),
  /** Closes the gateway. Anything that is left keeps the process alive. */
  close: async () => {
    for (const { host } of [http1, http2]) host.emit('SIGTERM')
    await Promise.all([http1, http2].map(async ({ host }) => await host.ended))
    process.removeAllListeners('disconnect')
    return 'closed'
  }
})
process.send!({ http1: http1.address, http2: http2.address, ca })
