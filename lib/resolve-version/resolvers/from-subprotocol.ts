import type { FastifyRequest } from 'fastify'
import type { VersionResolver } from '../../../types/index.ts'
import { subprotocolDefault } from '../../config/normalize-resolvers.ts'
import { editFields } from '../../http/edit-fields.ts'
import { headerLines } from '../../http/fields.ts'
import { builtIn } from '../../stage/built-in.ts'
import { recordRemoved } from '../../stage/context.ts'

const header = 'sec-websocket-protocol'

/**
 * Reads the version from a WebSocket subprotocol: `new WebSocket(url, ['chat', 'api-version.v2'])`. Browsers let scripts set
 * no other header. The subprotocol is not forwarded. The response selects it if the upstream selects none, because browsers
 * fail a connection that offers subprotocols and gets none.
 *
 * @param prefix case-sensitive; what follows it is the version
 *
 * @example
 * fromSubprotocol() // new WebSocket(url, ['chat', 'api-version.v2'])
 */
export function fromSubprotocol (prefix = subprotocolDefault): VersionResolver {
  const isOurs = (token: string): boolean => token.startsWith(prefix)

  function offered ({ raw }: FastifyRequest): string[] {
    if (!isWebSocket(raw.headers.upgrade)) return []
    return headerLines(raw, header).flatMap(tokensIn).filter(isOurs)
  }

  function consume (request: FastifyRequest): void {
    const [subprotocol] = offered(request)
    if (subprotocol === undefined) return
    editFields(request.raw, header, (line) => {
      const tokens = tokensIn(line)
      return tokens.some(isOurs) ? tokens.filter((token) => !isOurs(token)).join(', ') : line
    })
    recordRemoved(request, { subprotocol })
  }

  return builtIn({ reads: 'subprotocol', argument: prefix, consume }, {
    name: 'subprotocol',
    readsHeaders: [header],
    resolve (request) {
      const tokens = offered(request)
      return tokens.length === 0 ? undefined : tokens.map((token) => token.slice(prefix.length)).join(',')
    }
  })
}

function tokensIn (line: string): string[] {
  return line.split(',').map((token) => token.trim()).filter(Boolean)
}

function isWebSocket (upgrade: string | undefined): boolean {
  return upgrade !== undefined && tokensIn(upgrade.toLowerCase()).includes('websocket')
}
