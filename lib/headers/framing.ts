import type { IncomingMessage } from 'node:http'

/** Connections on which no further message is served: one was not well framed, or the connection is about to close. */
const doubtful = new WeakSet<object>()

/**
 * Whether a message cannot be taken for another one, or for two. Node's parser refuses most that can
 * (RFC 9112 6); some it lets pass. Where one message of a connection is in doubt, so is all that comes behind
 * it, which Node may have read already: a client can send the next request without waiting.
 */
export function isWellFramed (raw: IncomingMessage): boolean {
  // HTTP/2 has frames of its own, which leave no doubt.
  if ('stream' in raw) return true
  if (doubtful.has(raw.socket)) return false
  if (isKnownVersion(raw) && isOnlyChunked(raw) && isExactLength(raw) && hasPlainNames(raw)) return true
  doubtful.add(raw.socket)
  return false
}

/** Refuses whatever else comes on a connection. */
export function refuseFurther (socket: object): void {
  doubtful.add(socket)
}

/** Node takes `HTTP/2.0` and `HTTP/0.9` in words for versions that it speaks. Chunks are not known in HTTP/1.0 (RFC 9112 6.1). */
function isKnownVersion ({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.1' || (httpVersion === '1.0' && headers['transfer-encoding'] === undefined)
}

/** Another coding (`gzip, chunked`) would be lost here. 400 and not the 501 of RFC 9112 6.1, which would page the operator. */
function isOnlyChunked ({ headers: { 'transfer-encoding': coding } }: IncomingMessage): boolean {
  return coding === undefined || coding.toLowerCase() === 'chunked'
}

/** A number too large would be passed on as another one. */
function isExactLength ({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) <= Number.MAX_SAFE_INTEGER
}

/**
 * No name is empty or ends in white space, which older parsers of Node let pass (RFC 9112 5.1), and none is a
 * second length in a spelling that CGI and its like read as the first.
 */
function hasPlainNames ({ rawHeaders }: IncomingMessage): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 14 && /^content[_.]length$/i.test(name)) return false
    if (name === '' || name.endsWith(' ') || name.endsWith('\t')) return false
  }
  return true
}
