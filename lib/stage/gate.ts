import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Steps } from '../shared/maybe-promise.ts'

/** A step that may refuse a request. It throws a refusal. */
type GateStep = (request: FastifyRequest, reply: FastifyReply) => Steps<void>

/** Steps of a plugin, such as `rateLimits`, that run between the stages. */
export interface Gate {
  /** Runs before the token is read, when the rule is known. */
  readonly beforeIdentity?: GateStep
  /** Runs when the caller and the version are known. */
  readonly afterDecision?: GateStep
}
