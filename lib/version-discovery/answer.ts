import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers with JSON that clients may keep for a minute, and ask about with its tag after that (RFC 9110 13.1.2). */
export function answer (request: FastifyRequest, reply: FastifyReply, contentType: string, content: object): FastifyReply {
  // As bytes: Fastify would add a charset, which these media types do not have.
  const body = Buffer.from(JSON.stringify(content))
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`

  reply.header('etag', tag).header('cache-control', 'max-age=60')
  if (isKnown(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type(contentType).send(body)
}

/** Whether one of the tags is this one, weak or strong: for `If-None-Match` they are compared weakly. */
function isKnown (condition: string | undefined, tag: string): boolean {
  if (condition === undefined) return false
  return condition.trim() === '*' || condition.match(/"[^"]*"/g)?.includes(tag) === true
}
