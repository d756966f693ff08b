import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Starts the servers on free ports and reports the ports to the benchmark. */
export async function listenAndReport (...servers: Server[]): Promise<void> {
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  reportPorts(...servers.map((server) => (server.address() as AddressInfo).port))
}

/** Reports the ports of running servers to the benchmark, as one line of JSON. */
export function reportPorts (...ports: number[]): void {
  console.log(JSON.stringify({ ports }))
  // Node writes a CPU profile only if the process exits by itself.
  process.once('SIGTERM', () => process.exit(0))
}
