// The gateway, in a process of its own: its memory, sockets and timers are nobody else's.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import type { VersionsConfig } from '../../types/index.ts'
import { answerParent } from './children.ts'
import { Account } from './figures.ts'

const versions = JSON.parse(process.argv[2]!) as VersionsConfig

// Node warns of listeners that are never removed, and of what no user should see.
process.on('warning', (warning) => { throw warning })

// It logs as it does where it is used, to nowhere.
const app = Fastify({ forceCloseConnections: true, logger: { stream: { write: () => {} } } })
await app.register(versionGateway, { versions, resolve: { override: [fromHeader('x-version-override')], default: 'latest' } })
await app.listen({ port: 0, host: '127.0.0.1' })

const account = new Account(app.server)
answerParent({
  figures: () => account.take(),
  stall: () => account.stall(),
  /** What still runs then keeps the process alive. */
  close: async () => {
    await app.close()
    process.removeAllListeners('disconnect')
    return 'closed'
  }
})
process.send!((app.server.address() as AddressInfo).port)
