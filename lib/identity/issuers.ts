import type { IdentityProvider, IssuerTemplate } from '../../types/index.ts'

type Issuer = IdentityProvider['issuer']

/** One segment of a path, in characters that need no encoding (RFC 3986 2.3). A tenant must not add segments to an issuer. */
const segment = '(?!\\.{1,2}(?:/|$))[\\w.~-]+'
const wholeSegment = new RegExp(`^${segment}$`)

/** A template: an http(s) URL in which one segment of the path is a placeholder. */
const template = /^(https?:\/\/[^/{}?#]+\/(?:[^{}?#]*\/)?)\{[A-Za-z]\w*\}((?:\/[^{}?#]*)?)$/

/** Returns the issuers of a provider, one by one. */
export function issuersOf (issuer: Issuer): ReadonlyArray<string | IssuerTemplate> {
  return typeof issuer === 'string' || 'template' in issuer ? [issuer] : issuer
}

/** Returns the issuers of a provider as written, without the tenants of templates. */
export function writtenIssuers (issuer: Issuer): string[] {
  return issuersOf(issuer).map((each) => typeof each === 'string' ? each : each.template)
}

/** Returns the only issuer of a provider; `null` if it has several. */
export function soleIssuer (issuer: Issuer): string | null {
  const [first, ...others] = issuersOf(issuer)
  return typeof first === 'string' && others.length === 0 ? first : null
}

/** Returns the values of `iss` that an issuer stands for; `null` for a template that accepts any tenant. */
export function exactIssuers (issuer: string | IssuerTemplate): string[] | null {
  if (typeof issuer === 'string') return [issuer]
  return issuer.tenants === 'any' ? null : issuer.tenants.map((tenant) => issuer.template.replace(/\{\w+\}/, () => tenant))
}

/** Whether a text has the form of a template. */
export function isTemplate (text: string): boolean {
  return template.test(text)
}

/** Whether a text can be the tenant of an issuer. */
export function isTenant (text: string): boolean {
  return wholeSegment.test(text)
}

/** Returns a function that checks whether an issuer matches a template with any tenant. */
export function matcherOf (text: string): (issuer: string) => boolean {
  const [, before, after] = template.exec(text)! as [string, string, string] & RegExpExecArray
  return (issuer) =>
    issuer.startsWith(before) && issuer.endsWith(after) && isTenant(issuer.slice(before.length, issuer.length - after.length))
}

/** Whether some issuer fits both templates. */
export function doOverlap (one: string, other: string): boolean {
  const [segments, others] = [one.split('/'), other.split('/')]
  return segments.length === others.length && segments.every((each, index) => each === others[index] || [each, others[index]!].some((name) => name.startsWith('{')))
}
