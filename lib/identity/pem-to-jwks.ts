/** Whether a value is text that contains PEM. */
export function hasPem (value: unknown): value is string {
  return typeof value === 'string' && value.includes('-----BEGIN')
}

/** The remedy for PEM where a JWKS is expected, for messages. The command only needs Node. */
export const pemRemedy = 'Write it as jwks.pem, or convert it: node -p "JSON.stringify({ keys: ' +
  "require('fs').readFileSync('key.pem', 'utf8').match(/-----BEGIN[^]+?-----END.*/g)" +
  ".map((pem) => require('crypto').createPublicKey(pem).export({ format: 'jwk' })) })\""
