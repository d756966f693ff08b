import { expect, test } from 'tstyche'
import { isGatewayError } from 'fastify-version-gateway'
import type { ConfigProblem, UsageEntry } from './index.ts'

test('the code of an error narrows its type', () => {
  const error: unknown = new Error('x')
  if (!isGatewayError(error)) return
  if (error.code === 'VERSION_IN_USE') expect(error.consumers).type.toBe<readonly UsageEntry[]>()
  if (error.code === 'VERSION_CONFIG_INVALID') expect(error.problems).type.toBe<readonly ConfigProblem[]>()
  if (error.code === 'VERSION_UNKNOWN') expect(error.statusCode).type.toBe<number>()
})
