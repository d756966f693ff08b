import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import versionGateway, { fromClaim, fromHeader } from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { type Issuer, makeIssuer } from './issuer.ts'
import { type Seen, startUpstream } from './upstream.ts'

/** A plain Fastify that is closed with the test. */
export function makeApp (t: Test, options: FastifyServerOptions = {}): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, ...options })
  t.teardown(() => app.close())
  return app
}

/** Listens on a free port of loopback. @returns the origin */
export async function listen (app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

/** Of all gateways of a file: to make an RSA key takes 100 ms. */
let madeIssuer: Issuer | undefined

/** The gateway of the main job: upstreams latest and v2, a provider, an override header, a claim. */
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
    /** `Authorization` with a good token whose version claim is this. */
    bearer: (version: unknown) => ({ authorization: `Bearer ${issuer.token({ userMetadata: { version } })}` }),
    send: (path: string, init?: RequestInit) => fetch(origin + path, init),
    /** Sends a request that must be served, and tells what the upstream saw. */
    async see (path: string, init?: RequestInit): Promise<Seen> {
      const response = await fetch(origin + path, init)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return await response.json() as Seen
    }
  }
}
