import type { IncomingMessage } from 'node:http'

/**
 * Counts a request down that says how often it may be forwarded (RFC 9110 7.6.2).
 *
 * @returns whether it must not be forwarded any more, and is the gateway's to answer
 */
export function isFarEnough ({ method, rawHeaders }: IncomingMessage): boolean {
  if (method !== 'OPTIONS') return false
  const index = rawHeaders.findIndex((part, position) => position % 2 === 0 && part.toLowerCase() === 'max-forwards')
  const hops = rawHeaders[index + 1]!
  if (index === -1 || !/^\d+$/.test(hops)) return false
  if (Number(hops) === 0) return true
  // RFC 9110 7.6.2 lets a recipient set a maximum of its own.
  rawHeaders[index + 1] = String(Math.min(Number(hops), 255) - 1)
  return false
}
