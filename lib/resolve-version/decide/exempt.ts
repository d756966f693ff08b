import type { FastifyRequest } from 'fastify'
import { answerAtOnce } from '../../shared/answer-at-once.ts'
import type { PlannedBrownout } from '../../registry/registered-version.ts'

/** Whether a brownout exempts a request. If `exempt` fails, it does not. */
export function isExempt ({ exempt }: PlannedBrownout, request: FastifyRequest): boolean {
  try {
    return exempt !== undefined && answerAtOnce(exempt, request) === true
  } catch (err) {
    request.log.warn({ err }, 'brownout exempt failed')
    return false
  }
}
