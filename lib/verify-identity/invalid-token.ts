import { show } from '../problems/config-problems.ts'
import { type Refusal, tokenInvalid } from '../errors.ts'

// Messages for the caller. They are fixed, so that the content of a token only appears in the log.
const sentences = {
  credentials: 'The credentials of the request are malformed.',
  'several-tokens': 'The request has more than one token.',
  size: 'The token is too long.',
  malformed: 'The token is malformed.',
  opaque: 'The token cannot be verified here.',
  issuer: 'The issuer of the token is not accepted.',
  algorithm: 'The algorithm of the token is not accepted.',
  type: 'The type of the token is not accepted.',
  key: 'The token is not signed with a key of its issuer.',
  signature: 'The signature of the token is not valid.',
  audience: 'The audience of the token is not accepted.',
  expired: 'The token has expired.',
  'not-before': 'The token is not valid yet.',
  'missing-claim': 'The token lacks a required claim.',
  claim: 'A claim of the token is not accepted.',
  source: 'Tokens of this issuer are not accepted from this part of the request.',
  header: 'A claim of the token cannot be sent as a header.',
  verifier: 'The token is not accepted.'
}

/** The check that a token has failed. The names are stable: they appear in responses, logs and metrics. */
export type TokenCheck = keyof typeof sentences

interface Comparison {
  /** Name of the claim. */
  claim?: string
  /** Values are for the log only. */
  found?: unknown
  expected?: unknown
  cause?: unknown
}

/** Refuses a token. */
export function invalidToken (check: TokenCheck, { claim, cause, ...values }: Comparison = {}): Refusal {
  return tokenInvalid({
    members: { check },
    ...claim !== undefined && { claim },
    ...'found' in values && { found: show(values.found) },
    ...'expected' in values && { expected: show(values.expected) },
    ...cause !== undefined && { cause }
  }, sentences[check])
}

/** Adds the name of the authority to an error. */
export function named (error: unknown, authority: string): Error {
  return Object.assign(error as Error, { provider: authority })
}
