import type { FastifyRequest } from 'fastify'

/** A request for which functions of the app are called again before its handler. */
export interface LateCheck {
  /** The properties that were not set by then, and the number of all. */
  readonly unset: readonly string[]
  readonly count: number
  /** The functions, each with what it found at first. */
  readonly calls: Array<{
    readonly reader: { check: (request: FastifyRequest, late: readonly string[], before: string | null) => Promise<void> }
    readonly before: string | null
  }>
}
