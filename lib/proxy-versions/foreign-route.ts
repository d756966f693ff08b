import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { foreignHeaders } from './response/response-headers.ts'
import { payloadOf } from './request/request-payload.ts'
import { changesOf } from './changes.ts'
import { type HeaderRules, RouteHeaders } from './route-headers.ts'

/** Headers by name, in lower case. */
type HeaderObject = IncomingHttpHeaders

/** How another plugin forwards the requests for one version from under one prefix. */
export class ForeignRoute extends RouteHeaders {
  readonly #targets: readonly string[]
  readonly #responseHeaders: ReturnType<typeof foreignHeaders>
  #turn = 0

  constructor (rules: HeaderRules, version: RegisteredVersion) {
    super(rules, version, changesOf(version, null))
    this.#targets = version.upstream.targets
    this.#responseHeaders = foreignHeaders(this.responseRules)
  }

  /** The targets take turns. */
  nextTarget (): string {
    return this.#targets[this.#turn++ % this.#targets.length]!
  }

  /** @param given headers of the plugin: those of the client, its own `host`, and those of a body that it has encoded itself */
  requestObject (request: FastifyRequest, given: HeaderObject): HeaderObject {
    const headers = toObject(this.requestHeaders(request, payloadOf(request)))
    headers.host ??= given.host
    for (const name of ofBody) if (given[name] !== request.headers[name]) headers[name] = given[name]
    return headers
  }

  /** @param given headers of the upstream's response */
  responseObject (request: FastifyRequest, given: HeaderObject): HeaderObject {
    const rawHeaders = Object.entries(given).flatMap(([name, values = []]) => name.startsWith(':')
      ? []
      : [values].flat().flatMap((value) => [name, value].map((text) => Buffer.from(text, 'latin1'))))
    return toObject(this.#responseHeaders(rawHeaders, request))
  }
}

const ofBody = ['content-length', 'content-type'] as const

/** @param fields alternating names and values */
function toObject (fields: readonly string[]): HeaderObject {
  const lines = new Map<string, string[]>()
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!.toLowerCase()
    lines.set(name, [...lines.get(name) ?? [], fields[i + 1]!])
  }
  return Object.fromEntries([...lines].map(([name, values]) => [name, values.length === 1 ? values[0] : name === 'cookie' ? values.join('; ') : values]))
}
