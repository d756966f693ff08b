type Failure = Error & {
  code?: string
  data?: unknown
  socket?: { bytesRead?: number } | null
  /** An HTTP/2 connection ended before the target's settings arrived. */
  hasNoSettings?: boolean
}

/** The first bytes of a TLS alert or handshake record (RFC 8446 5.1). */
const tlsRecord = ['\x15\x03', '\x16\x03']

/** The length of a SETTINGS frame, apart from its lowest byte, and its type (RFC 9113 4.1, 6.5). */
const settingsFrame = { length: '\0\0', type: '\x04' }

/** Codes for a certificate that no authority known to Node has issued. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED', 'INVALID_CA'
])

const leaveOutHttp2 = "If the target does not speak HTTP/2 without TLS, leave out the upstream's http2."

/**
 * Returns what an operator can do about a failure of TLS, or about a target that speaks another version of HTTP: the option
 * or the address to write. `undefined` for every other failure.
 *
 * @param target the address in the config
 */
export function remedyOf (error: Failure, target: string | undefined): string | undefined {
  const { code = '', message } = error
  if (untrusted.has(code)) return "Set tls.ca to the certificate of the CA that issued the target's certificate. A self-signed certificate is its own CA."
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return "Set tls.servername to the name in the target's certificate."
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return "Renew the target's certificate, or correct the clock of this machine."
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)$/.test(code)) {
    return 'If the target requires a client certificate, set tls.cert and tls.key.'
  }
  if (/alert.no.application.protocol/i.test(`${code} ${message}`) || sendsSettings(error)) {
    return 'If the target only offers HTTP/2, write http2: true. Upgrades such as WebSockets need HTTP/1.1.'
  }
  if (target === undefined) return undefined
  if (/^(unix\+)?https:/i.test(target)) return speaksPlainText(code, message) ? `If the target does not use TLS, write '${target.replace(/https:/i, 'http:')}'.` : undefined
  return remedyWithoutTls(error, target)
}

/** The remedy for a target whose address is without TLS. */
function remedyWithoutTls (error: Failure, target: string): string | undefined {
  const useTls = `If the target uses TLS, write '${target.replace(/http:/i, 'https:')}'.`
  // A TLS server may end the connection with an alert, which is too short for a frame of HTTP/2.
  if (error.hasNoSettings === true) return error.cause === undefined ? `${useTls} ${leaveOutHttp2}` : leaveOutHttp2
  return speaksTls(error) ? useTls : undefined
}

/** Whether a target responds to HTTP/1.1 with a frame of HTTP/2. */
function sendsSettings ({ name, data }: Failure): boolean {
  return name === 'HTTPParserError' && typeof data === 'string' && data.startsWith(settingsFrame.length) && data[3] === settingsFrame.type
}

/** Whether a target does not use TLS: it sent something else, or closed the connection after the client's greeting. */
function speaksPlainText (code: string, message: string): boolean {
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE|NO_PROTOCOLS_AVAILABLE/.test(code) ||
    /wrong version number|packet length too long|before secure TLS connection was established/i.test(message)
}

/** Whether a target uses TLS: it sent an alert (RFC 8446 6), or closed the connection without a response. */
function speaksTls ({ name, data, code, socket }: Failure): boolean {
  if (name === 'HTTPParserError') return typeof data === 'string' && tlsRecord.some((start) => data.startsWith(start))
  return code === 'UND_ERR_SOCKET' && socket?.bytesRead === 0
}
