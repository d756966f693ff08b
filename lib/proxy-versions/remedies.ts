type Failure = Error & { code?: string, data?: unknown, socket?: { bytesRead?: number } | null }

/** The first bytes of a TLS alert or handshake record (RFC 8446 5.1). */
const tlsRecord = ['\x15\x03', '\x16\x03']

/** Codes for a certificate that no authority known to Node has issued. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED', 'INVALID_CA'
])

/**
 * Returns what an operator can do about a TLS failure: the option or the address to write. `undefined` for every other
 * failure.
 *
 * @param target the address in the config
 */
export function remedyOf (error: Failure, target: string | undefined): string | undefined {
  const { code = '', message } = error
  if (untrusted.has(code)) return "Give the certificate of the authority that issued the target's certificate in tls.ca; a self-signed one is its own authority."
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return "Write the name that is in the target's certificate in tls.servername."
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return "Renew the target's certificate, or correct the clock of this machine."
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)$/.test(code)) {
    return 'If the target asks for a certificate of the gateway, give it in tls.cert and tls.key.'
  }
  if (target === undefined) return undefined
  if (/^(unix\+)?https:/i.test(target)) return speaksPlainText(code, message) ? `If the target does not use TLS, write '${target.replace(/https:/i, 'http:')}'.` : undefined
  return speaksTls(error) ? `If the target uses TLS, write '${target.replace(/http:/i, 'https:')}'.` : undefined
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
