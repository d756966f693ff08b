import type { FastifyReply } from 'fastify'

/**
 * Merges names into the value of `Vary` (RFC 9110 12.5.5). If the value contains `*`, the result is `*`. The gateway never
 * adds `*` itself, because a proxy must not.
 */
export function mergeVary (present: string, added: readonly string[]): string {
  const names = present.split(',').map((name) => name.trim()).filter(Boolean)
  if (names.includes('*')) return '*'
  const united = [...names, ...added]
  const folded = united.map((name) => name.toLowerCase())
  return united.filter((_, index) => folded.indexOf(folded[index]!) === index).join(', ')
}

/** Adds names to the `Vary` of a response. */
export function addVary (reply: FastifyReply, names: readonly string[]): void {
  const present = reply.getHeader('vary')
  reply.header('vary', present === undefined ? names.join(', ') : mergeVary(String(present), names))
}
