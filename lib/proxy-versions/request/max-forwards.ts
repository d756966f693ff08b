import type { IncomingMessage } from 'node:http'

/**
 * Decrements `Max-Forwards` of an `OPTIONS` request (RFC 9110 7.6.2).
 *
 * @returns whether the request must not be forwarded, so that the gateway responds itself
 */
export function decrementMaxForwards ({ headers, rawHeaders }: IncomingMessage): boolean {
  const index = rawHeaders.findIndex((part, position) => position % 2 === 0 && part.toLowerCase() === 'max-forwards')
  const hops = rawHeaders[index + 1]!
  if (index === -1 || !/^\d+$/.test(hops)) return false
  if (Number(hops) === 0) return true
  // RFC 9110 7.6.2 allows a recipient to apply its own maximum.
  headers['max-forwards'] = rawHeaders[index + 1] = String(Math.min(Number(hops), 255) - 1)
  return false
}
