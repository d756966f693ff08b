// The gateway in its own process, so that all memory, sockets and timers belong to it.
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import type { VersionsConfig } from '../../types/index.ts'
import { serveParent } from './children.ts'
import { Account } from './figures.ts'

const versions = JSON.parse(process.argv[2]!) as VersionsConfig

// Node warns about listener leaks and other problems that no user should see.
process.on('warning', (warning) => { throw warning })

// It logs as in production, but discards the lines.
const logger = { stream: { write: () => {} } }
const app = Fastify({ forceCloseConnections: true, logger })
const http2App = Fastify({ http2: true, logger })
for (const each of [app, http2App as unknown as FastifyInstance]) {
  await each.register(versionGateway, { versions, resolve: { override: [fromHeader('x-version-override')], default: 'latest' } })
  await each.listen({ port: 0, host: '127.0.0.1' })
}

const account = new Account([app.server, http2App.server])
serveParent({
  figures: () => account.take(),
  stall: () => account.stall(),
  /** Closes the gateway. Anything that is left keeps the process alive. */
  close: async () => {
    await Promise.all([app.close(), http2App.close()])
    process.removeAllListeners('disconnect')
    return 'closed'
  }
})
const [http1, http2] = [app, http2App].map(({ server }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.send!({ http1, http2 })
