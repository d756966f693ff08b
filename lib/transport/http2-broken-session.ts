import type { ClientHttp2Session } from 'node:http2'

/** Milliseconds between two checks of a session. */
const checkInterval = 500

/** Node's handle of a session, under a private symbol. */
type Handle = { hasPendingData?: () => boolean } | undefined

/**
 * Whether Node has terminated a session whose peer violated the protocol. After some violations, Node 20 only sends GOAWAY:
 * it emits no event, and accepts requests that it never sends. Newer versions destroy the session. Without the private
 * method, this is always `false`.
 */
export function isBroken (session: ClientHttp2Session): boolean {
  if (session.destroyed || session.closed) return false
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle')
  const handle: Handle = key === undefined ? undefined : (session as unknown as Record<symbol, Handle>)[key]
  return handle?.hasPendingData?.() === false
}

/** Destroys the session soon after Node has terminated it, so that its requests fail. */
export function endWhenBroken (session: ClientHttp2Session): void {
  const check = setInterval(() => {
    // The same error as in newer versions of Node.
    if (isBroken(session)) session.destroy(Object.assign(new Error('the target violated HTTP/2'), { code: 'ERR_HTTP2_ERROR' }))
  }, checkInterval).unref()
  session.once('close', () => clearInterval(check))
}
