import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'

/** Maximum `Retry-After` of an issuer, in milliseconds. */
const maxWaitMs = 3_600_000

/** Why keys could not be fetched: the URL, the failure and a remedy for the operator. */
export class KeyFetchError extends Error {
  /** `Retry-After` of the issuer, in milliseconds; 0 without one. */
  readonly retryAfterMs: number

  /** The message omits the query of the URL, which may contain a secret. */
  constructor (url: URL, what: string, remedy: string, { cause, retryAfterMs = 0 }: { cause?: unknown, retryAfterMs?: number } = {}) {
    super(`${url.origin}${url.pathname} ${what}. ${remedy}`, { cause })
    this.retryAfterMs = retryAfterMs
  }

  static ofResponse (url: URL, status: number, rawHeaders: RawHeaders, remedyIfMissing: string): KeyFetchError {
    const location = fieldValue(rawHeaders, 'location') ?? ''
    const remedy = status >= 300 && status < 400 && URL.canParse(location, url.href)
      ? `Redirects are not followed. If you trust it, write ${new URL(location, url).origin}${new URL(location, url).pathname} as jwks.url.`
      : status === 404 || status === 410 ? remedyIfMissing : remedyOf(status)
    return new KeyFetchError(url, `returned ${status}`, remedy, { retryAfterMs: retryAfterOf(fieldValue(rawHeaders, 'retry-after'), status) })
  }
}

function remedyOf (status: number): string {
  if (status === 401 || status === 403) return 'If it wants credentials or another User-Agent, set jwks.headers.'
  if (status === 407) return 'The proxy wants credentials: write them in jwks.proxy.'
  if (status === 429 || status >= 500) return 'It is asked again later.'
  return 'Check the address and jwks.headers.'
}

/** Seconds or a date (RFC 9110 10.2.3). */
function retryAfterOf (value: string | undefined, status: number): number {
  if (value === undefined || (status !== 429 && status < 500)) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return ms > 0 ? Math.min(ms, maxWaitMs) : 0
}

const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED'
])

/** Describes a failed fetch and its remedy. */
export function fetchRemedy (error: Error & { code?: unknown }, timeoutMs: number): [what: string, remedy: string] {
  const { code, name, message } = error
  if (name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return [`did not respond within ${timeoutMs} ms`, 'Behind a proxy, set HTTPS_PROXY or jwks.proxy; for a slow issuer, raise jwks.timeoutMs.']
  }
  if (unknownAuthority.has(String(code))) return [`has a certificate from an unknown CA (${String(code)})`, 'Set jwks.ca to the certificate of its CA.']
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'ERR_BUFFER_TOO_LARGE') return ['responded with more than jwks.maxBytes', 'Raise it if this size is expected.']
  const what = `could not be fetched (${typeof code === 'string' ? `${code}: ` : ''}${message})`
  return [what, 'Check the address; behind a proxy, set HTTPS_PROXY or jwks.proxy.']
}
