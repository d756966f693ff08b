import { isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { fieldValues } from '../headers/field-values.ts'
import { remembered } from '../remembered.ts'

/**
 * Whether a value is a host, with or without a port. Narrower than RFC 3986 3.2.2: what is looked up or
 * connected to has no commas, quotes or percent signs, and without them it stays one value in
 * `X-Forwarded-Host`.
 */
export const isHost = remembered((value) => {
  const [match, address] = /^(?:[\w.~-]+|\[([^\]]*)\])(?::\d{1,5})?$/.exec(value) ?? []
  return match !== undefined && (address === undefined || isIPv6(address))
})

/**
 * Whether a request names one host, and a valid one. A second `Host` is refused (RFC 9112 3.2), and so is one
 * that differs from the authority of the target: a resolver, the upstream and the log could each believe
 * another. RFC 9112 3.2.2 lets the authority replace it, but by now the version may have been decided by
 * `Host`, and every client must send both alike (RFC 9112 3.2, RFC 9113 8.3.1).
 *
 * @param authority of a target in absolute form
 */
export function namesOneHost ({ raw, host }: FastifyRequest, authority: string | undefined): boolean {
  const fields = fieldValues(raw.rawHeaders, 'host')
  if (fields.length === 1 && fields[0] === host && authority === undefined && raw.headers[':authority'] === undefined) return isHost(host)
  const names = [...fields, raw.headers[':authority'], authority].filter((name) => name !== undefined).map((name) => String(name).toLowerCase())
  // HTTP/1.0 need not name one; in HTTP/1.1 Node refuses that, unless it is told not to.
  if (names.length === 0) return raw.httpVersion !== '2.0'
  // `host` is what a trusted peer says in X-Forwarded-Host, if it does.
  return fields.length <= 1 && isHost(names[0]!) && names.every((name) => name === names[0]) && isHost(host || names[0]!)
}
