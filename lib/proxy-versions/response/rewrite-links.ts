/** Rewrites the targets of a `Link` (RFC 8288 3). Quoted parameters stay unchanged. */
export function rewriteLinks (value: string, rewrite: (reference: string) => string): string {
  return value.replaceAll(/"(?:[^"\\]|\\.)*"|<([^<>]*)>/g, (match, reference?: string) => reference === undefined ? match : `<${rewrite(reference)}>`)
}

/** Rewrites the URL of a `Refresh`, as in `5; url=/orders` or `5; /orders` (HTML 2.4.9, 7.4.6.3). */
export function rewriteRefresh (value: string, rewrite: (reference: string) => string): string {
  const [, before, quote, reference] = /^(\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?)(["']?)([^"']*)\2\s*$/is.exec(value) ?? []
  return reference === undefined ? value : before! + quote! + rewrite(reference.trim()) + quote!
}
