import type { IncomingMessage } from 'node:http'
import { splitTarget } from './target.ts'

/** Targets as clients wrote them, of requests that the router was shown another one of. */
const written = new WeakMap<object, string>()

/**
 * Shows the router a target that it can decode. RFC 3986 allows any bytes behind `%`, such as Latin-1 in `/caf%E9`, but
 * Fastify's router answers 400 to all that is no UTF-8, and asks no plugin before.
 */
export function makeRoutable (raw: Pick<IncomingMessage, 'url'>): void {
  const [path, query] = splitTarget(raw.url!)
  if (!path.includes('%') || isUtf8(path)) return
  written.set(raw, raw.url!)
  raw.url = path.replaceAll(/(?:%[\da-f]{2})+|%/gi, (run) => isUtf8(run) ? run : run.replaceAll('%', '%25')) + query
}

/** Puts the target back that the client wrote. */
export function restoreTarget (raw: Pick<IncomingMessage, 'url'>): void {
  if (!raw.url!.includes('%25')) return
  raw.url = written.get(raw) ?? raw.url!
  written.delete(raw)
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
