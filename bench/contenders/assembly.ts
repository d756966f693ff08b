// The usual combination of plugins: @fastify/jwt with its cache, and @fastify/http-proxy with `getUpstream`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import httpProxy from '@fastify/http-proxy'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { reportPorts } from '../measure/report-ports.ts'
import { readSetting, urlOf } from '../measure/setting.ts'
import { audience, issuer } from '../tokens.ts'

const { upstreams: [v1, v2], tokens, cached = 10_000 } = readSetting()
const upstreams: Record<string, string> = { v1: urlOf(v1), v2: urlOf(v2) }

const app = Fastify()
await app.register(jwt, {
  secret: { public: readFileSync(join(tokens, 'public.pem')) },
  verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, cache: cached }
})
app.addHook('onRequest', async (request) => { await request.jwtVerify() })
await app.register(httpProxy, {
  upstream: '',
  replyOptions: {
    getUpstream: (request) => upstreams[(request as unknown as { user: { version: string } }).user.version]!,
    rewriteRequestHeaders: (request, headers) =>
      ({ ...headers, 'x-target-version': (request as unknown as { user: { version: string } }).user.version })
  }
})
await app.listen({ port: 0, host: '127.0.0.1' })
reportPorts((app.server.address() as { port: number }).port)
