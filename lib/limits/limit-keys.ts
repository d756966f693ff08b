import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { LimitKey } from '../../types/limits.ts'
import { cookieValues } from '../http/cookies.ts'
import { claimNames, readClaim } from '../identity/claim-path.ts'
import { contextOf } from '../stage/context.ts'
import { countedAddress } from './address.ts'

/** Reads the value of a key from a request. Returns `null` if the request lacks it. */
export type KeyReader = (request: FastifyRequest) => string | null

/** Splits `claim:tenantId` into its kind and its name. */
export function splitKey (key: LimitKey): [kind: string, name: string] {
  const colon = key.indexOf(':')
  return colon === -1 ? [key, ''] : [key.slice(0, colon), key.slice(colon + 1)]
}

export function keyReader (key: LimitKey): KeyReader {
  const [kind, name] = splitKey(key)
  switch (kind) {
    case 'ip': return ({ ip }) => countedAddress(ip)
    case 'claim': return claimReader(claimNames(name))
    case 'header': return headerReader(name.toLowerCase())
    case 'cookie': return ({ raw }) => cookieValues(raw, name)[0] ?? null
    case 'version': return ({ version }) => version?.id ?? null
    case 'route': return (request) => contextOf(request).match?.rule.name ?? null
    default: return () => ''
  }
}

function claimReader (names: readonly string[]): KeyReader {
  return ({ identity }) => {
    const value = identity == null ? undefined : readClaim(identity.claims, names)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
  }
}

function headerReader (name: string): KeyReader {
  return ({ headers }) => {
    const value = headers[name]
    return value === undefined ? null : String(value)
  }
}

/** Longer values are hashed, so that clients cannot fill the memory. */
const maxLength = 64

/** Encodes a value so that no other sequence of values has the same encoding. */
export function encoded (value: string): string {
  return value.length <= maxLength ? `${value.length}:${value}` : `#${hash('sha256', value, 'base64url')}`
}
