import type { IncomingMessage } from 'node:http'
import { splitTarget } from '../http/request-target.ts'

type Raw = Pick<IncomingMessage, 'url' | 'method'>

/** The part of a request for which Fastify would have refused it. */
type Unroutable = 'method' | 'parameter'

/** The original targets and methods of requests that were changed for the router. */
const changed = new WeakMap<object, { readonly written: Raw, readonly unroutable: Unroutable | null }>()

/**
 * Changes a request so that the router finds a route for it and the hooks run. `restoreRequest` undoes the change.
 *
 * - RFC 3986 allows percent-encoding of any byte, such as Latin-1 in `/caf%E9`. Fastify's router responds 400 unless it is UTF-8.
 * - Fastify responds 404 to a method that the app does not know, instead of 501 (RFC 9110 9.1). The router sees TRACE instead,
 *   which the gateway refuses as well.
 * - Fastify responds 414, without running hooks, if the value of a parameter is too long. The router sees shorter segments.
 *
 * @param shortTarget the target with shorter values, if the value of a parameter in the prefix is too long
 */
export function makeRoutable (raw: Raw, methods: ReadonlySet<string>, shortTarget: string | null): void {
  const { url, method } = raw
  const isKnown = methods.has(method!)
  const target = routableTarget(shortTarget ?? url!)
  if (target === url && isKnown) return
  const unroutable = !isKnown ? 'method' : shortTarget !== null ? 'parameter' : null
  changed.set(raw, { written: { url, method }, unroutable })
  raw.url = target
  // `restoreRequest` recognizes these requests by the method.
  if (unroutable !== null) raw.method = 'TRACE'
}

/**
 * Restores the target and method as the client wrote them.
 *
 * @returns why the gateway must refuse the request; `null` if the router has found a route for it
 */
export function restoreRequest (raw: Raw): Unroutable | null {
  if (!raw.url!.includes('%25') && raw.method !== 'TRACE') return null
  const { written, unroutable } = changed.get(raw) ?? { written: {}, unroutable: null }
  Object.assign(raw, written)
  changed.delete(raw)
  return unroutable
}

function routableTarget (url: string): string {
  if (!url.includes('%')) return url
  const [path, query] = splitTarget(url)
  if (isUtf8(path)) return url
  return path.replaceAll(/(?:%[\da-f]{2})+|%/gi, (run) => isUtf8(run) ? run : run.replaceAll('%', '%25')) + query
}

/** Whether every `%` in a path is followed by two hexadecimal digits (RFC 3986 2.1). */
export function isWellEncoded (path: string): boolean {
  return !path.includes('%') || !/%(?![\da-f]{2})/i.test(path)
}

function isUtf8 (path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
