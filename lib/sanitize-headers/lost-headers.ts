import type { Server } from 'node:http'

/** Entries of `rawHeaders` that Node keeps by default: names and values. */
const keptByDefault = 2000

/**
 * Makes the check whether headers of a request may have been lost. Node drops those beyond its limit without
 * a word (CVE-2026-58044), so a token that is sent last would make its caller anonymous.
 */
export function lostHeaders (server: Pick<Server, 'maxHeadersCount'>): (rawHeaders: readonly string[]) => boolean {
  // Another kind of server, HTTP/2's, has no such limit and drops nothing.
  const { maxHeadersCount = 0 } = server
  const kept = maxHeadersCount === null ? keptByDefault : maxHeadersCount * 2
  return (rawHeaders) => kept > 0 && rawHeaders.length >= kept
}
