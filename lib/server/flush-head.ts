import type { ServerResponse } from 'node:http'
import { isHttp2 } from '../http/is-http2.ts'

// Node's `flushHeaders` writes the fields as UTF-8, which changes every byte beyond ASCII. Node keeps them as text in Latin-1, one
// character for each byte that arrived, and they must leave as the same bytes (RFC 9110 5.5).

const nothing = Buffer.alloc(0)

/** Sends the head of a response before its body has begun. */
export function flushHead (response: ServerResponse): void {
  if (isHttp2(response)) response.flushHeaders()
  // In front of a chunk, even an empty one, Node writes the head as Latin-1.
  else response.write(nothing)
}

/** Sends the head of a response that switches protocols (101). It has no body, so Node ignores chunks. */
export function flushSwitch (response: ServerResponse): void {
  const { socket } = response
  socket?.setDefaultEncoding('latin1')
  response.flushHeaders()
  socket?.setDefaultEncoding('utf8')
}
