import type { FastifyReply, FastifyRequest } from 'fastify'
import { requestMalformed } from '../errors.ts'
import { mountPrefix } from '../http/mount-prefix.ts'
import { type Mounted, pathBehind } from '../http/mounted-prefix.ts'
import { hostOf } from '../http/request-host.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { redirectLocation } from './redirect.ts'
import type { Match } from './route-table.ts'

/** Whether a rule redirects or responds itself, so that its requests need no version. */
export function respondsItself ({ rule: { config: { redirect, respond } } }: Match): boolean {
  return redirect !== undefined || respond !== undefined
}

/** Sends the redirect or the response of a rule. @throws `REQUEST_MALFORMED` if a redirect needs a host, and the request names none */
export function respondByRule ({ rule, prefix }: Match, request: FastifyRequest, reply: FastifyReply, mounted: Mounted): void {
  const { redirect, respond = {} } = rule.config
  if (redirect !== undefined) {
    if (redirect.host === undefined && hostOf(request) === '') throw requestMalformed({})
    reply.code(redirect.status ?? 302).header('location', redirectLocation(redirect, publicUrl(request, mounted), prefix)).send()
    return
  }
  const { status = 200, headers = {}, body = '' } = respond
  // Fastify would add a type to a text.
  reply.code(status).headers(headers).send(body === '' ? undefined : Buffer.from(body))
}

function publicUrl (request: FastifyRequest, mounted: Mounted): Parameters<typeof redirectLocation>[1] {
  const [path, query] = splitTarget(splitAbsolute(request.raw.url!)[1])
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(hostOf(request))!
  const rest = pathBehind(path, mounted)
  return { scheme: request.protocol, host, port, prefix: mountPrefix(request), path: rest, query }
}
