// An app with sessions and compression. Its users log in, and their session decides which version serves them.
//
//   npx tsx examples/sessions.ts
//
//   curl -i localhost:8080/login/alice                        -> a session cookie
//   curl -H 'cookie: <of Alice>' localhost:8080/api/orders    -> servedBy v2, x-tenant acme, and no cookie for the upstream
//   curl -H 'x-tenant: forged' localhost:8080/api/orders      -> servedBy latest, without x-tenant
//   curl -H 'cookie: <of Bob>' localhost:8080/api/orders      -> 502 from the error handler of the app, because v3 is down
import fastifyCompress from '@fastify/compress'
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import Fastify from 'fastify'
import versionGateway, { fromClaim } from 'fastify-version-gateway'
import { startUpstream } from 'fastify-version-gateway/testing'

declare module 'fastify' {
  interface Session { user?: { id: string, tenant: string, version: string } }
}

const users = new Map([
  ['alice', { id: 'alice', tenant: 'acme', version: 'v2' }],
  ['bob', { id: 'bob', tenant: 'globex', version: 'v3' }]
])
const app = Fastify()

// What the app already has. Sessions are renewed, and responses are compressed, in onSend hooks.
await app.register(fastifyCompress, { threshold: 0 })
await app.register(fastifyCookie)
await app.register(fastifySession, { secret: 'a secret of at least 32 characters', cookie: { secure: false }, rolling: true })
app.get<{ Params: { id: string } }>('/login/:id', async ({ params, session }, reply) => {
  const user = users.get(params.id)
  if (user === undefined) return await reply.code(404).send()
  session.user = user
  return user
})
app.setErrorHandler<Error & { code?: string, statusCode?: number }>(async ({ code, statusCode }, _request, reply) =>
  await reply.code(statusCode ?? 500).send({ sorry: code }))

await app.register(versionGateway, {
  prefix: '/api',
  versions: {
    latest: { upstream: (await startUpstream('latest')).origin },
    v2: { upstream: (await startUpstream('v2')).origin },
    // This one is down.
    v3: { upstream: 'http://127.0.0.1:1' }
  },
  identity: {
    from: { name: 'session', readsHeaders: ['cookie'], read: ({ session }) => session.user ?? null }
  },
  resolve: { pin: [fromClaim('version')], default: 'latest' },
  forward: {
    // Forwarded responses pass the onSend hooks and the error handler of the app.
    reply: 'fastify',
    // The upstream gets the tenant instead of the cookie. Clients cannot send either.
    requestHeaders: ({ session }) => ({ 'x-tenant': session.user?.tenant ?? null, cookie: null })
  }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 8080) })
const [alice, bob] = [await logIn('alice'), await logIn('bob')]
console.log(`The app listens on ${address}. Try:

curl -i ${address}/login/alice
curl -H 'cookie: ${alice}' ${address}/api/orders
curl -H 'x-tenant: forged' ${address}/api/orders
curl -H 'cookie: ${bob}' ${address}/api/orders
curl -i --compressed -H 'accept-encoding: gzip' -H 'cookie: ${alice}' ${address}/api/orders
`)

/** @returns the session cookie of a user */
async function logIn (id: string): Promise<string> {
  const response = await fetch(`${address}/login/${id}`)
  return response.headers.getSetCookie()[0]!.split(';')[0]!
}
