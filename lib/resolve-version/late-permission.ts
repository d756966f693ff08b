import type { FastifyRequest } from 'fastify'
import type { OverrideOptions, Version } from '../../types/index.ts'
import { LateReader } from '../stage/late-reader.ts'

type Allow = NonNullable<OverrideOptions['allow']>

/**
 * Notices that `override.allow` reads what a hook of a route sets. A request that it refuses reaches no such hook, so it is called again
 * for later requests, with the version that it was last called with.
 */
export class LatePermission {
  /** Calls `override.allow`. */
  readonly allow: Allow
  readonly #reader: LateReader
  #version: Version | null = null

  constructor (allow: Allow) {
    this.allow = (request, version, byDefault) => {
      this.#version = version
      return allow(request, version, byDefault)
    }
    this.#reader = new LateReader(async (request) => {
      await allow(request, this.#version!, false)
      // Its verdict does not matter: if it reads the property, it is wrong for some callers.
      return true
    }, warnOfLatePermission)
  }

  /** Has `override.allow` checked again, once it has been called. */
  decided (request: FastifyRequest): void {
    if (this.#version !== null) this.#reader.found(request, null)
  }
}

function warnOfLatePermission ({ log, routeOptions: { url } }: FastifyRequest): void {
  log.warn({ resolver: 'override.allow', route: url }, 'override.allow reads what a hook of the route sets only after the version had been ' +
    'decided, so it refuses callers too early. Identify the caller with identity.from, such as fromFastifyJwt, or in a hook that runs ' +
    'before the gateway')
}
