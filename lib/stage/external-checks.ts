import type { FastifyRequest } from 'fastify'

/** `failed`: the service did not respond in time, or not with valid HTTP. */
export type CheckOutcome = 'passed' | 'refused' | 'would-refuse' | 'failed'

/** How a check of a request has ended. */
export interface CheckResult {
  readonly check: string
  readonly outcome: CheckOutcome
}

/** The beginning of a body. */
export interface BodyStart {
  readonly bytes: Buffer
  /** Whether nothing follows. */
  readonly isWhole: boolean
}

/** A request that is about to be forwarded. */
export interface CheckedRequest {
  readonly request: FastifyRequest
  /** Returns alternating names and values. Called for each check, because earlier ones may have set headers. */
  headers (): string[]
  /** `null` if there is no body, or if no check reads it. */
  readonly body: BodyStart | null
  /** Ends the checks. */
  readonly signal: AbortSignal
}

/** The checks that apply to a request. */
export interface AppliedChecks {
  readonly names: readonly string[]
  /** Bytes of the body that they read; 0 for none. */
  readonly bodyBytes: number
  /** @throws a refusal, or the reason of the signal */
  pass (checked: CheckedRequest): Promise<void>
}

/** The checks of a scope. */
export interface ExternalChecks {
  readonly names: readonly string[]
  /** Returns `null` if no check applies to the request. */
  of (request: FastifyRequest): AppliedChecks | null
}
