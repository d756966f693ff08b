import type { IncomingMessage, Server } from 'node:http'

/** Entries of `rawHeaders` that Node keeps by default: names and values. */
const keptByDefault = 2000

/**
 * Makes the check whether headers of a request may have been lost. Node drops those beyond its limit without
 * a word (CVE-2026-58044), so a token that is sent last would make its caller anonymous.
 */
export function lostHeaders (server: Pick<Server, 'maxHeadersCount'>): (raw: IncomingMessage) => boolean {
  const { maxHeadersCount } = server
  const kept = typeof maxHeadersCount === 'number' ? maxHeadersCount * 2 : keptByDefault
  // HTTP/2 has no such limit and drops nothing.
  return ({ rawHeaders, httpVersionMajor }) => kept > 0 && httpVersionMajor < 2 && rawHeaders.length >= kept
}
