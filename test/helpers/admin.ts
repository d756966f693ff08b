import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { versionAdmin } from '../../lib/admin/index.ts'
import type { VersionAdminOptions } from '../../types/admin.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { makeApp, startGateway } from './gateway.ts'

/** The header that the guard of these tests accepts. */
export const password = { authorization: 'Basic admin' }

export const guard: VersionAdminOptions['guard'] = async ({ headers }, reply) => {
  if (headers.authorization !== password.authorization) await reply.code(401).send({ error: 'no' })
}

/** Starts the gateway of the primary use case with admin pages. */
export async function administered (
  t: Test, overrides: Partial<GatewayOptions> = {}, options: Partial<VersionAdminOptions> = {}, app: FastifyInstance = makeApp(t)
) {
  await app.register(versionAdmin, { guard, ...options })
  const gateway = await startGateway(t, overrides, app)
  const send = async (path: string, init?: RequestInit) => {
    const response = await gateway.send(`/admin/api/${path}`, { ...init, headers: { ...password, ...init?.headers } })
    return { status: response.status, body: await response.json() as Record<string, any> }
  }
  return {
    ...gateway,
    get: send,
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      send(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
    /** Waits until this many requests are listed: a response can arrive before its end is recorded. */
    async requestsOf (count: number) {
      let { body: { requests } } = await send('requests')
      while (requests.length < count) ({ body: { requests } } = await send('requests'))
      return requests as Array<Record<string, unknown>>
    }
  }
}
