import { isIPv6 } from 'node:net'
import { adminHost, normalizeServer } from '../config/normalize-file.ts'
import { requestIds } from '../observe/request-ids.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import type { LoadedFile } from './loaded-file.ts'

/** Finds problems that would otherwise only show at startup: invalid addresses, and a port used twice. */
export function checkListening (problems: Problems, { server, admin }: LoadedFile): void {
  const { trustProxy, host, port } = normalizeServer(server)
  checkProxies(problems, trustProxy)
  const adminPort = admin?.port
  const listened = [checkHost(problems, ['server', 'host'], host), checkHost(problems, ['admin', 'host'], adminHost(admin))]
  if (adminPort === undefined || adminPort === 0 || adminPort !== port) return
  const [one, other] = listened
  if (one === null || other === null) return
  if (one === other || isEverywhere(one!) || isEverywhere(other!)) {
    problems.add(['admin', 'port'], `${show(adminPort)} is the port of the gateway itself. Use another one.`)
  }
}

/** Returns a host in canonical form: `0x7f.1` and `localhost` become 127.0.0.1. Adds a problem and returns `null` for an invalid host. */
function checkHost (problems: Problems, path: Path, host: unknown): string | null {
  if (typeof host !== 'string' || problems.isMisshapen(path)) return null
  const hostname = canonical(host)
  // The schema reports an empty host.
  if (hostname === null && host.trim() !== '') {
    problems.add(path, `expected an IP address or a host name, got ${show(host)}. Write '127.0.0.1', '::1', or a name without a scheme, a port or blanks.`)
  }
  return hostname
}

function canonical (host: string): string | null {
  // An IPv6 address may name its interface, which URLs do not allow.
  if (isIPv6(host)) return sameMachine(new URL(`http://[${host.replace(/%.*$/, '')}]`).hostname)
  if (/[\s/\\:[\]@?#%*]/.test(host) || !URL.canParse(`http://${host}`)) return null
  const { hostname } = new URL(`http://${host}`)
  // `new URL` decodes numbers, but a name with a trailing dot is the same name.
  return sameMachine(hostname.replace(/\.$/, ''))
}

function sameMachine (hostname: string): string {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '[::ffff:7f00:1]' ? '127.0.0.1' : hostname
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

function isEverywhere (hostname: string): boolean {
  return hostname === '0.0.0.0' || hostname === '[::]' || hostname === '[::ffff:0:0]'
}
