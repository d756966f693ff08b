import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { makeApp } from './gateway.ts'

/** An app that tells what it knows of the caller. */
export async function makeIdentifyingApp (t: Test, options: VerifyIdentityOptions, app = makeApp(t)): Promise<FastifyInstance> {
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, options)
  app.get('/', async ({ identity, headers, url, raw }) => ({ identity, headers, url, rawHeaders: raw.rawHeaders }))
  app.get('/required', { config: { identity: 'require' } }, async ({ identity }) => ({ identity }))
  app.get('/unread', { config: { identity: false } }, async ({ identity }) => ({ identity }))
  app.options('/', async () => 'preflight')
  return app
}

/** Asks such an app, with an `Authorization` or none. */
export async function identifyingApp (t: Test, options: VerifyIdentityOptions) {
  const app = await makeIdentifyingApp(t, options)
  return async (authorization?: string, url = '/') =>
    await app.inject({ url, headers: authorization === undefined ? {} : { authorization } })
}
