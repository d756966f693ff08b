import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Starts servers, and tells the benchmark their ports in one line. */
export async function announce (...servers: Server[]): Promise<void> {
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  tell(...servers.map((server) => (server.address() as AddressInfo).port))
}

/** Tells the benchmark the ports of servers that listen already. */
export function tell (...ports: number[]): void {
  console.log(JSON.stringify({ ports }))
  // An orderly end, or no profile would be written.
  process.once('SIGTERM', () => process.exit(0))
}
