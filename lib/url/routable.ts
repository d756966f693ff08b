import type { IncomingMessage } from 'node:http'
import { splitTarget } from './target.ts'

type Raw = Pick<IncomingMessage, 'url' | 'method'>

/** What clients wrote, of requests that the router was shown something else of. */
const written = new WeakMap<object, Raw>()
const unknownMethods = new WeakSet<object>()

/**
 * Shows the router a request that it has a route for, so that the hooks get it. `restoreRequest` takes that back.
 *
 * - RFC 3986 allows any bytes behind `%`, such as Latin-1 in `/caf%E9`. Fastify's router answers 400 to all that is no UTF-8.
 * - Fastify answers 404 to a method that the app does not know, instead of 501 (RFC 9110 9.1). It looks like TRACE to the
 *   router, which is refused as well.
 */
export function makeRoutable (raw: Raw, methods: ReadonlySet<string>): void {
  const { url, method } = raw
  const isKnown = methods.has(method!)
  const target = routableTarget(url!)
  if (target === url && isKnown) return
  written.set(raw, { url, method })
  raw.url = target
  if (isKnown) return
  raw.method = 'TRACE'
  unknownMethods.add(raw)
}

/** Puts back what the client wrote. */
export function restoreRequest (raw: Raw): void {
  if (!raw.url!.includes('%25') && raw.method !== 'TRACE') return
  Object.assign(raw, written.get(raw))
  written.delete(raw)
}

export function hasUnknownMethod (raw: object): boolean {
  return unknownMethods.has(raw)
}

function routableTarget (url: string): string {
  if (!url.includes('%')) return url
  const [path, query] = splitTarget(url)
  if (isUtf8(path)) return url
  return path.replaceAll(/(?:%[\da-f]{2})+|%/gi, (run) => isUtf8(run) ? run : run.replaceAll('%', '%25')) + query
}

/** Whether every `%` of a path is that of an encoded byte (RFC 3986 2.1). */
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
