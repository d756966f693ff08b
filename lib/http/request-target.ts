/** Splits a request target into the path and the query, which includes the `?`. */
export function splitTarget (target: string): [path: string, query: string] {
  const start = target.indexOf('?')
  return start === -1 ? [target, ''] : [target.slice(0, start), target.slice(start)]
}

/** Splits a target in absolute form into the authority and the rest: `http://host/path` is equivalent to `/path` (RFC 9112 3.2.2). */
export function splitAbsolute (target: string): [authority: string | undefined, target: string] {
  if (target.startsWith('/')) return [undefined, target]
  const [, authority, path] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? []
  if (path === undefined) return [undefined, target]
  return [authority, path.startsWith('/') ? path : `/${path}`]
}
