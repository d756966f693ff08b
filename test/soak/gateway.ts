// The gateway, in a process of its own: its memory, sockets and timers are nobody else's.
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import type { VersionsConfig } from '../../types/index.ts'
import { answerParent } from './children.ts'
import { Account } from './figures.ts'

const versions = JSON.parse(process.argv[2]!) as VersionsConfig

// Node warns of listeners that are never removed, and of what no user should see.
process.on('warning', (warning) => { throw warning })

// It logs as it does in production, but to nowhere.
const logger = { stream: { write: () => {} } }
const app = Fastify({ forceCloseConnections: true, logger })
const http2App = Fastify({ http2: true, logger })
for (const each of [app, http2App as unknown as FastifyInstance]) {
  await each.register(versionGateway, { versions, resolve: { override: [fromHeader('x-version-override')], default: 'latest' } })
  await each.listen({ port: 0, host: '127.0.0.1' })
}

const account = new Account([app.server, http2App.server])
answerParent({
  figures: () => account.take(),
  stall: () => account.stall(),
  /** What still runs then keeps the process alive. */
  close: async () => {
    await Promise.all([app.close(), http2App.close()])
    process.removeAllListeners('disconnect')
    return 'closed'
  }
})
const [http1, http2] = [app, http2App].map(({ server }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.send!({ http1, http2 })
