/** Parts of a name that hardly ever mean anything else: `Authorization`, `Set-Cookie`, `X-Amz-Security-Token`. */
const telltale = /authori[sz]ation|cookie|token|secret|passw|passphrase|credential|api-?key|jwt|oidc|dpop|saml|bearer/

/** Whole words that mean credentials: `X-Auth`, `X-OAuth2`, `X-Session-Id`, `X-Hub-Signature-256`. `X-Author` has none. */
const credentialWord = /^((o|x|pre)?auth(n|z|entication|id|code)?\d?|session(s|id|data)?|sessid|signatures?|sig|hmac|csrf|xsrf|pwd|passcode|otp)$/

/** `key` must be a separate word, unlike in `X-Monkey`. */
const key = /^(app|auth|access|session|shared|master|private|client|account)?keys?$/

/** Words before `key` with which it is only a name: `Idempotency-Key`, `Sec-WebSocket-Key`. */
const publicKind = /^(idempotency|websocket|cache|surrogate|partition|routing|shard|sharding|sort|public|message|trace|correlation)$/

/** Whether a header with this name usually carries credentials. */
export function mayCarryCredentials (name: string): boolean {
  // Capitals may separate words (`X-AuthKey`) or not (`X-OAuth`, `Sec-WebSocket-Key`).
  const spellings = [name, name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '-')].map((each) => each.toLowerCase())
  if (telltale.test(spellings[0]!)) return true
  return spellings.some((each) => {
    const words = each.split(/[^a-z\d]+/)
    return words.some((word, index) => credentialWord.test(word) || (key.test(word) && !isPublic(words.slice(0, index))))
  })
}

function isPublic (before: readonly string[]): boolean {
  // `WebSocket` may be two words here.
  return publicKind.test(before.at(-1) ?? '') || publicKind.test(before.slice(-2).join(''))
}
