import { isGrpc } from '../../http/media-types.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import type { Route } from '../route.ts'

/** Passes an upstream's response on to the client. */
export interface Relay {
  /** The client was slow at some time. If the upstream gave up then, its end is only noticed once the client reads again. */
  readonly hasWaited: boolean
  /** Whether the response has begun, so that no other one can be sent. */
  readonly hasBegun: boolean
  /** @throws when the response would not be valid HTTP */
  begin (status: number, rawHeaders: RawHeaders, reason: string, isWhole: boolean): void
  /** @returns whether the client takes more; if not, the request is resumed when it does */
  write (chunk: Buffer): boolean
  end (rawTrailers: RawHeaders): void
  /** No more chunks follow. */
  stop (): void
  /** Ends the response so that the client cannot mistake it for a complete one. */
  cutOff (error: Error): void
}

/** Returns the milliseconds that a response may make no progress; 0 = no limit. */
export function stallLimit ({ upstream: { idleMs, streamIdleMs } }: Pick<Route, 'upstream'>, rawHeaders: RawHeaders): number {
  const type = fieldValue(rawHeaders, 'content-type') ?? ''
  return /^text\/event-stream\b/i.test(type) || isGrpc(type) ? streamIdleMs : idleMs
}
