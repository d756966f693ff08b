import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns the addresses of `HTTP_PROXY` and `HTTPS_PROXY`, by the names of undici's options. As in curl, an address without a
 * scheme means http.
 *
 * @throws when one is not the address of a proxy. The message omits the value, which may have a password in it
 */
export function proxiesOf (environment: Environment): { httpProxy?: string, httpsProxy?: string } {
  const [httpProxy, httpsProxy] = [proxyOf(environment, 'http_proxy'), proxyOf(environment, 'https_proxy')]
  return { ...httpProxy !== undefined && { httpProxy }, ...httpsProxy !== undefined && { httpsProxy } }
}

function proxyOf (environment: Environment, lower: string): string | undefined {
  const name = environment[lower] === undefined ? lower.toUpperCase() : lower
  const value = environment[name]?.trim()
  if (value === undefined || value === '') return undefined
  const address = value.includes('://') ? value : `http://${value}`
  if (!isProxy(address)) throw new Error(`${name} is not the address of a proxy. Write http://proxy:3128, unset it, or set jwks.proxy.`)
  return address
}

function isProxy (address: string): boolean {
  try {
    const { protocol, username, password } = new URL(address)
    // undici decodes the credentials.
    decodeURIComponent(username + password)
    return ['http:', 'https:', 'socks5:', 'socks:'].includes(protocol)
  } catch {
    return false
  }
}

/**
 * Whether `NO_PROXY` exempts a URL in a way that undici does not know: by `*` among other entries, or by an IP address or a range
 * such as `10.0.0.0/8`. undici itself matches host names and their subdomains.
 */
export function isExempt ({ hostname, port, protocol }: URL, environment: Environment): boolean {
  const list = environment['no_proxy'] ?? environment['NO_PROXY'] ?? ''
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  const usedPort = port || (protocol === 'https:' ? '443' : '80')
  return list.split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true
    const [range, itsPort = usedPort] = splitPort(entry)
    return itsPort === usedPort && isWithin(address, range)
  })
}

/** Splits `10.0.0.1:80`, `10.0.0.0/8:80` and `[fd00::1]:80`. The colons of a bare IPv6 address belong to it. */
function splitPort (entry: string): [range: string, port?: string] {
  const [, address, bits = '', port] = /^\[(.+)\](\/\d+)?(?::(\d+))?$/.exec(entry) ?? /^([\d.]+)(\/\d+)?:(\d+)$/.exec(entry) ?? []
  if (address === undefined) return [entry]
  return port === undefined ? [address + bits] : [address + bits, port]
}

function isWithin (address: string, range: string): boolean {
  const [first, bits, ...more] = range.split('/') as [string, string?, ...string[]]
  const family = isIP(first)
  const most = family === 4 ? 32 : 128
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity
  if (family === 0 || isIP(address) === 0 || prefix > most || more.length > 0) return false
  const addresses = new BlockList()
  addresses.addSubnet(first, prefix, `ipv${family}` as 'ipv4')
  return addresses.check(address, `ipv${isIP(address)}` as 'ipv4')
}
