import { isRegExp } from 'node:util/types'
import type { FromHostOptions, VersionResolver } from '../../types/index.ts'
import { builtIn } from '../stage/built-in.ts'
import { namePattern } from './name-pattern.ts'

/**
 * The version that the host names which the client asked for: in a list of hosts, or by a pattern with one
 * group. Its port is left out. Another host is no opinion.
 */
export function fromHost (hosts: FromHostOptions): VersionResolver {
  return builtIn({ reads: 'host', argument: hosts }, {
    name: 'host',
    // Where the app trusts a proxy, `hostname` is from the second one.
    readsHeaders: ['host', 'x-forwarded-host'],
    resolve: isRegExp(hosts) ? byPattern(hosts) : byList(hosts)
  })
}

function byPattern (pattern: RegExp): VersionResolver['resolve'] {
  const read = namePattern(pattern)
  return ({ hostname }) => read(hostname)
}

function byList (hosts: Readonly<Record<string, string>>): VersionResolver['resolve'] {
  const versions = new Map(Object.entries(Object(hosts) as typeof hosts).map(([host, version]) => [canonical(host), version]))
  return ({ hostname }) => versions.get(canonical(hostname))
}

/** A host without its port and the dot that says that it is complete (RFC 1034 3.1). */
function canonical (host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}
