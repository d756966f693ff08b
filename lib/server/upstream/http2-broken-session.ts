import type { Http2Session } from 'node:http2'
import { isCompatible } from '../../shared/compatibility.ts'

/** Milliseconds between two checks of a session. */
const checkInterval = 500

/** Node's handle of a session, under a private symbol. */
type Handle = { hasPendingData?: () => boolean } | undefined

/**
 * Whether Node has terminated a session whose peer violated the protocol. After some violations, Node 20 only sends GOAWAY:
 * it emits no event, and accepts requests that it never sends. Newer versions destroy the session. Without the private
 * method, and with `compatibility`, this is always `false`: such requests then fail by a timeout.
 */
export function isBroken (session: Http2Session): boolean {
  if (isCompatible || session.destroyed || session.closed) return false
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle')
  const handle: Handle = key === undefined ? undefined : (session as unknown as Record<symbol, Handle>)[key]
  return handle?.hasPendingData?.() === false
}

/** Sessions with what ends them. One timer serves all. */
const watched = new Map<Http2Session, () => void>()
let check: NodeJS.Timeout | undefined

/** Calls a function that ends a session soon after Node has terminated it. */
export function endWhenBroken (session: Http2Session, end: () => void): void {
  watched.set(session, end)
  check ??= setInterval(endBroken, checkInterval).unref()
  session.once('close', () => {
    watched.delete(session)
    if (watched.size > 0) return
    clearInterval(check)
    check = undefined
  })
}

function endBroken (): void {
  for (const [session, end] of watched) if (isBroken(session)) end()
}
