import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import versionGateway, { fromClaim, fromHeader } from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { type Issuer, makeIssuer } from './issuer.ts'
import { type Seen, startUpstream } from './upstream.ts'

/** Makes a plain Fastify app and closes it after the test. */
export function makeApp (t: Test, options: FastifyServerOptions = {}): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, ...options })
  t.teardown(() => app.close())
  return app
}

/** Listens on a free loopback port. @returns the origin */
export async function listen (app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

/** Shared by all gateways of a process, because it takes 100 ms to make an RSA key. */
let madeIssuer: Issuer | undefined

/** Starts the gateway of the primary use case: upstreams latest and v2, a provider, an override header, a claim. */
export async function startGateway (t: Test, overrides: Partial<GatewayOptions> = {}, app = makeApp(t)) {
  const issuer = madeIssuer ??= makeIssuer()
  const [latest, v2] = await Promise.all([startUpstream(t, 'latest'), startUpstream(t, 'v2')])
  const options: GatewayOptions = {
    versions: { latest: { upstream: latest }, v2: { upstream: v2 } },
    identity: {
      providers: [issuer.provider({ claimsToHeaders: [{ claim: 'userMetadata.version', header: 'x-target-version' }] })]
    },
    resolve: {
      override: [fromHeader('x-version-override')],
      pin: [fromClaim('userMetadata.version')],
      default: 'latest'
    },
    ...overrides
  }
  await app.register(versionGateway, options)
  const origin = await listen(app)

  return {
    app,
    origin,
    issuer,
    /** Returns an `Authorization` header with a valid token that has this version claim. */
    bearer: (version: unknown) => ({ authorization: `Bearer ${issuer.token({ userMetadata: { version } })}` }),
    send: (path: string, init?: RequestInit) => fetch(origin + path, init),
    /** Sends a request and throws unless it succeeds. @returns what the upstream received */
    async see (path: string, init?: RequestInit): Promise<Seen> {
      const response = await fetch(origin + path, init)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return await response.json() as Seen
    }
  }
}
