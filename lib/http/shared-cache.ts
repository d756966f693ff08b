/** Each applies to the caches that honour it: all (RFC 9111 5.2), or content delivery networks (RFC 9213, Edge Architecture). */
const controls = ['cache-control', 'cdn-cache-control', 'surrogate-control']
/** With these, a response may be stored even without `Cache-Control` (RFC 9111 4.2.1, 4.2.2). */
const dates = ['expires', 'last-modified']
const names = [...controls, ...dates]
const caching = new Set(names)
const storable = ['public', 's-maxage', 'must-revalidate', 'max-age', 'proxy-revalidate']

/** Whether a field affects caching. @param name in lower case */
export function isCaching (name: string): boolean {
  return caching.has(name)
}

/**
 * Whether a shared cache may store a response: one to a request with credentials (RFC 9111 3.5), or one to an anonymous
 * request, which the cache would also give to callers with credentials.
 *
 * @param fields the upstream's caching fields, as alternating names and values
 * @param own headers that the app has set, which take precedence over the upstream's
 */
export function isSharedCacheable (fields: readonly string[], own: Readonly<Record<string, unknown>>): boolean {
  if (fields.length === 0 && !hasAny(own)) return false
  const valuesOf = (name: string): string[] =>
    own[name] === undefined ? fields.filter((_, index) => index % 2 === 1 && fields[index - 1] === name) : [String(own[name])]
  const isDated = dates.some((name) => valuesOf(name).length > 0)
  return controls.some((name) => maySharedKeep(valuesOf(name), name === 'cache-control' && isDated))
}

function hasAny (own: Readonly<Record<string, unknown>>): boolean {
  for (const name of names) if (own[name] !== undefined) return true
  return false
}

function maySharedKeep (values: readonly string[], isDated: boolean): boolean {
  const directives = new Set(values.join(',').split(',').map((directive) => directive.trim().toLowerCase().replace(/^(s-maxage|max-age)\s*=.*$/, '$1')))
  if (directives.has('private') || directives.has('no-store')) return false
  return isDated || storable.some((directive) => directives.has(directive))
}
