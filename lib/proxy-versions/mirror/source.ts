import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { mayCarryCredentials } from '../../config/credential-headers.ts'
import { HeaderNames } from '../../http/header-names.ts'
import { contextOf } from '../../stage/context.ts'
import type { UpstreamRequestOptions } from '../../transport/upstream-handler.ts'
import type { Route } from '../route.ts'
import { isConnectionBound } from '../request/connection-bound.ts'

/** A request of a caller that is copied. */
export interface Source {
  readonly request: FastifyRequest
  /** The request itself, or the stream with which a hook has replaced its body. */
  readonly payload: Readable
  /** The path behind the mount's prefix. */
  readonly behind: string
  /** The query with the `?`, or an empty string. */
  readonly query: string
}

/** The name of the header that marks copies. */
const mark = 'x-shadow'

/** Builds copies of requests. */
export class CopyMaker {
  readonly #isMark: (name: string) => boolean
  readonly #isCredential: (name: string) => boolean

  /** @param credentialHeaders headers that carry tokens */
  constructor (credentialHeaders: readonly string[]) {
    const [marks, credentials] = [new HeaderNames([mark]), new HeaderNames(credentialHeaders)]
    this.#isMark = (name) => marks.has(name)
    this.#isCredential = (name) => credentials.has(name) || mayCarryCredentials(name)
  }

  /** @param keepsCredentials whether the copy carries those of the caller */
  make ({ request, payload, behind, query }: Source, body: Buffer | null, route: Route, keepsCredentials: boolean): UpstreamRequestOptions {
    const fields = route.requestHeaders(request, payload)
    const headers: string[] = []
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i]!
      // Credentials in the config are those of the gateway.
      const isDropped = this.#isMark(name) ||
        (!keepsCredentials && this.#isCredential(name) && !route.configuredHeaders.has(name.toLowerCase()))
      if (!isDropped) headers.push(name, fields[i + 1]!)
    }
    headers.push(mark, '1')
    return {
      method: request.raw.method as Dispatcher.HttpMethod,
      path: route.pathOf(behind, contextOf(request).removedParts) + query,
      headers,
      reset: keepsCredentials && isConnectionBound(request),
      upgrade: null,
      servername: 'target',
      body
    }
  }
}
