import { requestIds } from '../observe/request-ids.ts'
import { type Problems, show } from '../problems/config-problems.ts'
import type { LoadedFile } from './loaded-file.ts'

/** Finds problems that would otherwise only show at startup: invalid proxy addresses, and a port used twice. */
export function checkListening (problems: Problems, { server = {}, admin }: LoadedFile): void {
  const { trustProxy = false, host = '127.0.0.1', port = 8080 } = server
  try {
    requestIds({ trust: trustedProxies(trustProxy) })
  } catch (error) {
    const remedy = "Write true, false, addresses such as '10.0.0.0/8', or 'loopback'."
    problems.add(['server', 'trustProxy'], `${(error as Error).message}. ${remedy}`)
  }
  const { port: adminPort, host: adminHost = '127.0.0.1' } = admin ?? {}
  const isSameHost = adminHost === host || isEverywhere(host) || isEverywhere(adminHost)
  if (adminPort !== undefined && adminPort !== 0 && adminPort === port && isSameHost) {
    problems.add(['admin', 'port'], `${show(adminPort)} is the port of the gateway itself. Use another one.`)
  }
}

/** Splits a comma-separated list of addresses, as Fastify does. */
export function trustedProxies (trustProxy: boolean | string | string[]): boolean | string[] {
  return typeof trustProxy === 'string' ? trustProxy.split(',').map((address) => address.trim()) : trustProxy
}

function isEverywhere (host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
