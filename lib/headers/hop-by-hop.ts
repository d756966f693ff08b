/**
 * Headers that concern one connection only and are never passed on, named by `Connection` or not
 * (RFC 9110 7.6.1; `HTTP2-Settings`: RFC 9113 3.1). `Expect` is answered by this hop.
 */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'proxy-authenticate', 'proxy-authorization', 'http2-settings', 'expect'
])

/** The names listed in `Connection` fields, in lower case. */
export function connectionOptions (values: readonly string[]): string[] {
  return values.flatMap((value) => value.toLowerCase().split(',').map((name) => name.trim())).filter(Boolean)
}
