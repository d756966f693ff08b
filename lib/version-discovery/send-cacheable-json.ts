import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sends JSON that clients may cache for a minute and then revalidate with its `ETag` (RFC 9110 13.1.2). */
export function sendCacheableJson (request: FastifyRequest, reply: FastifyReply, contentType: string, content: object): FastifyReply {
  // Sent as bytes, because Fastify adds a charset to strings, which these media types do not have.
  const body = Buffer.from(JSON.stringify(content))
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`

  reply.header('etag', tag).header('cache-control', 'max-age=60')
  if (isKnown(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type(contentType).send(body)
}

/** Whether `If-None-Match` contains the tag. The comparison is weak (RFC 9110 8.8.3.2). */
function isKnown (condition: string | undefined, tag: string): boolean {
  if (condition === undefined) return false
  return condition.trim() === '*' || condition.match(/"[^"]*"/g)?.includes(tag) === true
}
