/**
 * Returns the address that a limit counts: an IPv4 address, also for its IPv6 form, or the /64 network of an IPv6 address, because
 * one client usually has such a network. Some proxies add a port to `X-Forwarded-For`, which changes with each connection.
 */
export function countedAddress (ip: string | undefined): string {
  // A client on a Unix socket has no address.
  if (ip === undefined || ip === '') return 'unknown'
  const [, withoutPort] = /^\[([^\]]*)\](?::\d+)?$/.exec(ip) ?? /^([\d.]+):\d+$/.exec(ip) ?? []
  if (withoutPort !== undefined) return countedAddress(withoutPort)
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped !== null) return mapped[1]!
  const [address] = ip.split('%', 1)
  const [head, tail] = address!.toLowerCase().split('::')
  const groups = groupsOf(head)
  // `::` stands for the groups that are missing.
  const missing = tail === undefined ? 0 : 8 - groups.length - groupsOf(tail).length
  const all = [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...groupsOf(tail)]
  return `${all.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** An IPv4 address at the end takes the place of two groups. */
function groupsOf (part = ''): string[] {
  return part === '' ? [] : part.split(':').flatMap((group) => group.includes('.') ? ['0', '0'] : [group])
}
