import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { AdminGuard } from '../../types/admin.ts'
import { AdminPasswordRequired } from '../errors.ts'

/** Accepts everyone with the password; any user name will do (RFC 7617). */
export function passwordGuard (password: string): AdminGuard {
  // A password from a file often ends with a line break, which is not part of it.
  const expected = digest(password.replace(/\r?\n$/, ''))
  return (request, reply) => {
    const credentials = credentialsOf(request)
    if (credentials !== null && timingSafeEqual(digest(credentials.password), expected)) return true
    if (credentials !== null) request.log.warn({ user: credentials.user }, 'wrong password for the admin pages')
    reply.header('www-authenticate', 'Basic realm="admin", charset="UTF-8"')
    throw new AdminPasswordRequired()
  }
}

/** Returns the user name of an accepted request. */
export function userOf (request: FastifyRequest): string {
  return credentialsOf(request)!.user
}

function credentialsOf ({ headers: { authorization = '' } }: FastifyRequest): { user: string, password: string } | null {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return null
  const [user, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { user: user!, password: password.join(':') }
}

/** Hashes a password, because `timingSafeEqual` needs equal lengths. */
function digest (password: string): Buffer {
  return createHash('sha256').update(password).digest()
}
