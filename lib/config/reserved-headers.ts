import { HeaderNames } from '../headers/header-names.ts'
import { hopByHop } from '../headers/hop-by-hop.ts'

/** Headers whose meaning is not the gateway's to change: they frame the message or carry the caller's credentials. */
const reserved = [
  ...hopByHop, 'host', 'content-length', 'content-type', 'content-encoding', 'authorization', 'cookie', 'vary', 'date'
]

/** Headers of a request that the gateway writes itself, after everything else: another value would be lost, or make a second one. */
const writtenAnew = new HeaderNames(['x-forwarded-*', 'forwarded', 'x-real-ip', 'via'])

/** Whether the gateway writes a header of requests itself, in whatever spelling. */
export function isWrittenByGateway (name: string): boolean {
  return writtenAnew.has(name)
}

/** The reserved header that a name, or a beginning with `*`, would take; `undefined` when it takes none. */
export function takesReserved (pattern: string): string | undefined {
  const names = new HeaderNames([pattern])
  return reserved.find((header) => names.has(header))
}
