import type { FastifyRequest } from 'fastify'
import type { StickyKey } from '../../types/index.ts'
import { cookieValues } from '../http/cookies.ts'
import { claimNames, readWrittenClaim } from '../identity/claim-path.ts'

/** The parts of a request on which a key depends. */
export interface KeyReads {
  /** In lower case. */
  readonly headers: readonly string[]
  readonly claims: boolean
  /** The address of the client. */
  readonly address: boolean
  /** Whether a function of the app returns the key. Then the parts are only known once it has run. */
  readonly callsApp: boolean
}

/** Returns the key of a request; `undefined` if it has none. */
export type KeyReader = (request: FastifyRequest) => string | undefined

/** Makes the function that reads a key. */
export function keyReader (key: StickyKey): KeyReader {
  const [kind, name] = partsOf(key)
  if (kind === 'ip') return ({ ip }) => ip
  if (kind === 'cookie') return ({ raw }) => present(cookieValues(raw, name)[0])
  if (kind === 'header') return ({ raw }) => present(raw.headers[name.toLowerCase()]?.toString())
  const names = claimNames(name)
  return ({ identity }) => identity == null ? undefined : fromClaim(readWrittenClaim(identity.claims, names))
}

export function readsOf (key: StickyKey): KeyReads {
  const [kind, name] = partsOf(key)
  const headers = kind === 'header' ? [name.toLowerCase()] : kind === 'cookie' ? ['cookie'] : []
  return { headers, claims: kind === 'claim', address: kind === 'ip', callsApp: false }
}

function partsOf (key: StickyKey): [kind: string, name: string] {
  const end = key.indexOf(':')
  return end === -1 ? [key, ''] : [key.slice(0, end), key.slice(end + 1)]
}

function fromClaim (value: unknown): string | undefined {
  return typeof value === 'string' ? present(value) : Number.isFinite(value) ? String(value) : undefined
}

/** An empty value identifies no caller. */
function present (value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
