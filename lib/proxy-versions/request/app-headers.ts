import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { addLine, isClients, type Lines } from '../../http/client-values.ts'
import { foldName } from '../../http/header-names.ts'
import { contextOf } from '../../stage/context.ts'

/** How a header of a request is treated. */
export interface RequestField {
  readonly lowerName: string
  /** The client's value is not forwarded. */
  readonly isDropped: boolean
  /** The app's value is not forwarded either: the header is hop-by-hop, the gateway's own, or edited by the config. */
  readonly isFixed: boolean
}

type FieldOf = (name: string) => RequestField

/** Values by name, in lower case; `undefined` for a removed header. */
export type AppHeaders = ReadonlyMap<string, string | readonly string[] | undefined>

/** The gateway takes these from the body itself. */
const ofContent = new Set(['content-encoding', 'content-length'])

/**
 * Returns the headers that hooks of the app have set, changed or removed in `request.headers`; `null` for none. A header that
 * differs from what the client sent belongs to the app, even if the client listed it in `Connection`.
 */
export function appHeaders (request: FastifyRequest, fieldOf: FieldOf): AppHeaders | null {
  const { headers, raw: { rawHeaders } } = request
  if (isUnchanged(headers, rawHeaders, fieldOf)) return null
  const lines: Lines = new Map()
  for (let i = 0; i < rawHeaders.length; i += 2) addLine(lines, fieldOf(rawHeaders[i]!).lowerName, rawHeaders[i + 1]!)
  const changes = new Map<string, string | string[] | undefined>()
  // Names from Node are in lower case.
  for (const [name, value] of Object.entries(headers)) {
    const { lowerName } = fieldOf(name)
    if (name !== lowerName || !isClients(value, lines.get(name) ?? [], name)) changes.set(lowerName, value ?? undefined)
  }
  for (const name of lines.keys()) if (headers[name] === undefined && !changes.has(name)) changes.set(name, undefined)
  // The guard hides or adds it, so that Fastify does not check it. A later hook may have set another one.
  const { shownType } = contextOf(request)
  if (shownType !== null && headers['content-type'] === shownType) changes.delete('content-type')
  return changes.size === 0 ? null : changes
}

/** A quick check for nearly all requests: the same headers in the same order, without repeated ones. */
function isUnchanged (headers: IncomingHttpHeaders, rawHeaders: readonly string[], fieldOf: FieldOf): boolean {
  const names = Object.keys(headers)
  let at = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const { lowerName, isFixed } = fieldOf(rawHeaders[i]!)
    if (isFixed) continue
    while (at < names.length && names[at] !== lowerName && fieldOf(names[at]!).isFixed) at++
    if (names[at++] !== lowerName || headers[lowerName] !== rawHeaders[i + 1]) return false
  }
  while (at < names.length && fieldOf(names[at]!).isFixed) at++
  return at === names.length
}

/**
 * Replaces fields by those of the app, except for fixed ones.
 *
 * @param fields alternating names and values
 * @throws a TypeError that names a header of the app that HTTP does not allow: this is not a mistake of the client
 */
export function withAppHeaders (fields: readonly string[], changes: AppHeaders, fieldOf: FieldOf): string[] {
  // Other spellings of a name could be taken for it.
  const folded = new Set(Array.from(changes.keys(), foldName))
  const isKept = (name: string): boolean => !folded.has(foldName(name)) || fieldOf(name).isFixed || ofContent.has(name)
  const merged: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (isKept(fields[i]!.toLowerCase())) merged.push(fields[i]!, fields[i + 1]!)
  }
  for (const [name, value] of changes) {
    if (isKept(name)) continue
    for (const line of [value].flat()) if (line !== undefined) merged.push(name, valid(name, String(line)))
  }
  return merged
}

function valid (name: string, value: string): string {
  validateHeaderName(name)
  validateHeaderValue(name, value)
  return value
}
