import type { IncomingMessage } from 'node:http'
import { addLine, isClients, type Lines } from '../http/client-values.ts'
import type { HeaderNames } from '../http/header-names.ts'
import { isReadFromProxies } from '../http/trusted-peer.ts'

type HeaderFields = Pick<IncomingMessage, 'headers' | 'rawHeaders'>

/**
 * Removes the client's copies of owned headers from `headers` and `rawHeaders`, in place: resolvers, the
 * user's own hooks and the exchange with the upstream all read one of these two. A value that an earlier hook of the app
 * has set in `headers` stays.
 *
 * @param isFromProxy a proxy that `trustProxy` trusts has sent the request, so the headers that Fastify reads then stay
 * @returns how many there were
 */
export function removeOwned ({ headers, rawHeaders }: HeaderFields, owned: HeaderNames, isFromProxy = false): number {
  let kept = 0
  let lines: Lines | null = null
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (owned.has(name) && !(isFromProxy && isReadFromProxies(name))) {
      addLine(lines ??= new Map(), name.toLowerCase(), rawHeaders[i + 1]!)
    } else {
      rawHeaders[kept++] = name
      rawHeaders[kept++] = rawHeaders[i + 1]!
    }
  }
  if (lines !== null) for (const [name, values] of lines) if (isClients(headers[name], values, name)) delete headers[name]
  const removed = (rawHeaders.length - kept) / 2
  rawHeaders.length = kept
  return removed
}
