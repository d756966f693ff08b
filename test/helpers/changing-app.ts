import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { bodyOf, sendRaw } from './raw.ts'
import { startUpstream, type Seen } from './upstream.ts'

type Hook = 'onRequest' | 'preHandler'

/** Starts a gateway whose app changes headers in a hook. */
export async function startChanging (t: Test, change: (request: FastifyRequest) => void, hook: Hook = 'preHandler', options: Partial<GatewayOptions> = {}) {
  const app = makeApp(t)
  app.addHook(hook as 'onRequest', async (request: FastifyRequest) => { change(request) })
  await app.register(versionGateway, { versions: { latest: { upstream: await startUpstream(t, 'latest') } }, ...options })
  const origin = await listen(app)
  const send = async (...lines: string[]): Promise<Seen> => bodyOf<Seen>(await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...lines]))
  return { app, origin, send }
}

/** Makes a hook that sets headers, or deletes them. */
export function changing (changes: IncomingHttpHeaders): (request: FastifyRequest) => void {
  return ({ headers }) => {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) delete headers[name]
      else headers[name] = value
    }
  }
}
