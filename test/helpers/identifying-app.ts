import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { makeApp } from './gateway.ts'

/** Makes an app that returns the identity of the caller. */
export async function makeIdentifyingApp (t: Test, options: VerifyIdentityOptions, app = makeApp(t)): Promise<FastifyInstance> {
  await app.register(sanitizeHeaders, {})
  await app.register(verifyIdentity, options)
  app.get('/', async ({ identity, headers, url, raw }) => ({ identity, headers, url, rawHeaders: raw.rawHeaders }))
  app.get('/required', { config: { identity: 'require' } }, async ({ identity }) => ({ identity }))
  app.get('/unread', { config: { identity: false } }, async ({ identity }) => ({ identity }))
  app.options('/', async () => 'preflight')
  return app
}

/** Makes such an app. @returns a function that sends a request, with or without `Authorization` */
export async function identifyingApp (t: Test, options: VerifyIdentityOptions) {
  const app = await makeIdentifyingApp(t, options)
  return async (authorization?: string, url = '/') =>
    await app.inject({ url, headers: authorization === undefined ? {} : { authorization } })
}
