import type { FastifyRequest } from 'fastify'
import type { CookieOptions } from '../../../types/index.ts'
import { contextOf } from '../../stage/context.ts'
import type { PublicPrefix } from '../../http/mount-prefix.ts'
import type { AnnouncedPrefix } from '../request/forwarded-prefix.ts'
import { isBelow } from './rewrite-location.ts'

/** Rewrites a `Set-Cookie` of an upstream. */
export type RewriteCookie = (cookie: string, request: FastifyRequest) => string

interface CookieRules extends Required<CookieOptions> {
  prefix: PublicPrefix
  /** Replaces the prefix. It has no trailing slash. */
  base: string
  prefixOf: AnnouncedPrefix
  /** The names that the cluster may call itself by, without ports. */
  hosts: ReadonlySet<string>
}

/**
 * Makes the function that rewrites a cookie so that clients return it: they compare `Path` with the public path
 * (RFC 6265 5.1.4), and reject a `Domain` that does not match the host (5.3).
 */
export function cookieRewriter ({ prefix, base, prefixOf, hosts, path, domain }: CookieRules): RewriteCookie {
  const attributeOf = (attribute: string, request: FastifyRequest): string | null => {
    const [, name, value] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(attribute) ?? []
    if (name?.toLowerCase() === 'path' && path) return ` ${name}=${outsidePath(value!, request)}`
    if (name?.toLowerCase() !== 'domain' || domain === false || !hosts.has(value!.replace(/^\./, '').toLowerCase())) return attribute
    return domain === true ? null : ` ${name}=${domain}`
  }
  const outsidePath = (inside: string, request: FastifyRequest): string => {
    const announced = prefixOf(request)
    if (!inside.startsWith('/') || (announced !== '' && isBelow(inside, announced))) return inside
    const { segment = '', segmentsBefore = 0 } = contextOf(request).removedParts ?? {}
    const outside = prefix(request) + (segmentsBefore === 0 ? segment : '')
    // A path above the base covers the whole mount.
    if (inside === '/' || isBelow(base, inside)) return outside === '' ? '/' : outside
    return isBelow(inside, base) ? outside + inside.slice(base.length) : inside
  }

  return (cookie, request) => {
    // Browsers accept a `__Host-` cookie only with the path `/` and without a domain (RFC 6265bis 4.1.3.2).
    if (/^\s*__host-/i.test(cookie) || !/;\s*(path|domain)\s*=/i.test(cookie)) return cookie
    const [pair, ...attributes] = cookie.split(';') as [string, ...string[]]
    return [pair, ...attributes.map((attribute) => attributeOf(attribute, request)).filter((attribute) => attribute !== null)].join(';')
  }
}
