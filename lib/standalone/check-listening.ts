import { requestIds } from '../observe/request-ids.ts'
import { type Problems, show } from '../problems/config-problems.ts'
import type { LoadedFile } from './loaded-file.ts'

/** Finds problems that would otherwise only show at startup: invalid proxy addresses, and a port used twice. */
export function checkListening (problems: Problems, { server, admin }: LoadedFile): void {
  const { trustProxy = false, host = '127.0.0.1', port = 8080 } = server ?? {}
  checkProxies(problems, trustProxy)
  const { port: adminPort, host: adminHost = '127.0.0.1' } = admin ?? {}
  const isSameHost = adminHost === host || isEverywhere(host) || isEverywhere(adminHost)
  if (adminPort !== undefined && adminPort !== 0 && adminPort === port && isSameHost) {
    problems.add(['admin', 'port'], `${show(adminPort)} is the port of the gateway itself. Use another one.`)
  }
}

function checkProxies (problems: Problems, trustProxy: boolean | string | string[]): void {
  const remedy = "Write true, false, addresses such as '10.0.0.0/8', or 'loopback'."
  const isWrong = (trust: boolean | string | string[]): boolean => {
    try {
      requestIds({ trust: trustedProxies(trust) })
      return false
    } catch {
      return true
    }
  }
  if (!Array.isArray(trustProxy)) {
    if (isWrong(trustProxy)) problems.add(['server', 'trustProxy'], `expected addresses of proxies, got ${show(trustProxy)}. ${remedy}`)
    return
  }
  trustProxy.forEach((address, index) => {
    if (isWrong([address])) problems.add(['server', 'trustProxy', index], `expected an address of a proxy, got ${show(address)}. ${remedy}`)
  })
}

/** Splits a comma-separated list of addresses, as Fastify does. */
export function trustedProxies (trustProxy: boolean | string | string[]): boolean | string[] {
  return typeof trustProxy === 'string' ? trustProxy.split(',').map((address) => address.trim()) : trustProxy
}

function isEverywhere (host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
