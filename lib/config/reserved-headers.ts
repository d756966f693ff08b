import { HeaderNames } from '../http/header-names.ts'
import { hopByHop } from '../http/hop-by-hop.ts'

/** Headers that the config must not change, because they frame the message or carry the caller's credentials. */
const reserved = [
  ...hopByHop, 'host', 'content-length', 'content-type', 'content-encoding', 'authorization', 'cookie', 'vary', 'date'
]

/** Request headers that the gateway or the client's WebSocket writes. Another value would be lost, duplicated or wrong. */
const rewritten = new HeaderNames(['x-forwarded-*', 'forwarded', 'x-real-ip', 'via', 'max-forwards', 'sec-websocket-*'])

/** Whether the gateway writes a request header itself, in any spelling. */
export function isWrittenByGateway (name: string): boolean {
  return rewritten.has(name)
}

/** Returns the reserved header that a name or a pattern such as `x-*` matches, or `undefined`. */
export function takesReserved (pattern: string): string | undefined {
  const names = new HeaderNames([pattern])
  return reserved.find((header) => names.has(header))
}
