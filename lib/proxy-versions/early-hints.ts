import { type ServerResponse, validateHeaderValue } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyReply } from 'fastify'

/**
 * Passes the links of a 103 on (RFC 8297), so that a browser can begin to load them. HTTP/1.0 knows no
 * interim answers (RFC 9110 15.2).
 */
export function passEarlyHints (reply: FastifyReply, rawHeaders: readonly Buffer[]): void {
  const links = rawHeaders.flatMap((part, index) =>
    index % 2 === 0 && part.toString('latin1').toLowerCase() === 'link' ? [rawHeaders[index + 1]!.toString('latin1')] : [])
  if (links.length === 0 || reply.request.raw.httpVersion === '1.0') return
  try {
    writeHints(reply.raw, links)
  } catch {
    // Not valid, or the client has left. They are hints: the answer itself has them too.
  }
}

function writeHints (response: ServerResponse | Http2ServerResponse, links: string[]): void {
  if ('stream' in response) {
    links.forEach((link) => validateHeaderValue('link', link))
    response.stream.additionalHeaders({ ':status': 103, link: links })
  } else {
    // A field may have several links; one that Node does not write would cost all of them.
    response.writeEarlyHints({ link: links.flatMap((link) => link.split(betweenLinks)).filter((link) => writable.test(link)) })
  }
}

const betweenLinks = /,\s*(?=<)/

/** What Node writes to a client of HTTP/1.1: nothing quoted that has a space or a semicolon in it. */
const writable = /^<[^>]*>(?:\s*;\s*[^;"\s=]+(?:=(")?[^;"\s]*\1)?)*$/
