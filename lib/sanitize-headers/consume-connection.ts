import type { IncomingMessage } from 'node:http'
import { fieldValues } from '../http/fields.ts'
import { parseConnection, hopByHop, commonConnectionValues } from '../http/hop-by-hop.ts'
import type { HeaderNames } from '../http/header-names.ts'

/**
 * Takes `Connection` off a request and returns the other headers that it names, `null` for none.
 *
 * A client can name any header in `Connection` to have the next hop drop it (RFC 9110 7.6.1). Owned
 * headers are left out of the list: what the gateway adds cannot be named away (GHSA-gwhp-pf74-vj37,
 * CVE-2021-32813). The named ones stay readable here, so that naming `Authorization` does not turn a bad
 * token into no token; only the exchange leaves them out.
 */
export function consumeConnection ({ headers, rawHeaders }: IncomingMessage, owned: HeaderNames): Set<string> | null {
  const { connection } = headers
  if (connection === undefined) return null
  if (commonConnectionValues.has(connection)) {
    delete headers.connection
    return null
  }
  const names = parseConnection(fieldValues(rawHeaders, 'connection'))
    .filter((name) => name !== 'close' && !hopByHop.has(name) && !owned.has(name) && !framing.has(name))
  delete headers.connection
  return names.length > 0 ? new Set(names) : null
}

/** Without these the message would arrive as another one. */
const framing = new Set(['host', 'content-length', 'content-type', 'content-encoding'])
