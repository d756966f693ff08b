/**
 * Headers that apply to a single connection and are never forwarded, whether or not `Connection` lists them
 * (RFC 9110 7.6.1; `HTTP2-Settings`: RFC 9113 3.1). The gateway responds to `Expect` itself.
 */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'proxy-authenticate', 'proxy-authorization', 'http2-settings', 'expect'
])

/** The usual values of `Connection`, which list no header that is not dropped anyway. */
export const commonConnectionValues: ReadonlySet<string> = new Set(['keep-alive', 'Keep-Alive', 'close', 'Close'])

/** Returns the names listed in `Connection` fields, in lower case. */
export function parseConnection (values: readonly string[]): string[] {
  return values.flatMap((value) => value.toLowerCase().split(',').map((name) => name.trim())).filter(Boolean)
}
