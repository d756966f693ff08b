import { isRegExp } from 'node:util/types'
import type { FromHostOptions, VersionResolver } from '../../../types/index.ts'
import { hostnameOf } from '../../http/request-host.ts'
import { builtIn } from '../../stage/built-in.ts'
import { namePattern } from './name-pattern.ts'

/**
 * Reads the version from the requested host, without its port: by a list of hosts, or by a pattern with one group. Any
 * other host is no opinion.
 *
 * @example
 * fromHost({ 'v2.api.example': 'v2' })
 * fromHost(/^(v\d+)\.api\.example$/)
 */
export function fromHost (hosts: FromHostOptions): VersionResolver {
  return builtIn({ reads: 'host', argument: hosts }, {
    name: 'host',
    // If the app trusts a proxy, `hostname` comes from the second header.
    readsHeaders: ['host', 'x-forwarded-host'],
    resolve: isRegExp(hosts) ? byPattern(hosts) : byList(hosts)
  })
}

function byPattern (pattern: RegExp): VersionResolver['resolve'] {
  const read = namePattern(pattern)
  return (request) => read(hostnameOf(request))
}

function byList (hosts: Readonly<Record<string, string>>): VersionResolver['resolve'] {
  const versions = new Map(Object.entries(Object(hosts) as typeof hosts).map(([host, version]) => [canonical(host), version]))
  return (request) => versions.get(canonical(hostnameOf(request)))
}

/** Normalizes a host: lower case, without its port and the trailing dot of an absolute name (RFC 1034 3.1). */
function canonical (host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}
