// All servers of the demo: two upstreams, an issuer, and the gateway in front of them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import Fastify from 'fastify'
import versionGateway, { fromClaim, fromHeader, type VersionDecision } from 'fastify-version-gateway'
import { audience, issuer, startIssuer } from './local-issuer.ts'

/** @param onDecision called with every decision, before the request is forwarded */
export async function startCluster (onDecision: (decision: VersionDecision | null) => void = () => {}) {
  const [latest, v2, tokens] = await Promise.all([startUpstream('latest'), startUpstream('v2'), startIssuer()])
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('preHandler', async (request) => onDecision(request.version))

  await app.register(versionGateway, {
    versions: {
      latest: { upstream: latest.url },
      v2: { upstream: v2.url }
    },
    identity: {
      providers: [{
        name: 'tenant-idp',
        issuer,
        audiences: [audience],
        jwks: { url: tokens.jwksUrl },
        claimsToHeaders: [{ claim: 'version', header: 'x-target-version' }]
      }]
    },
    resolve: {
      override: [fromHeader('x-version-override')],
      pin: [fromClaim('version')],
      default: 'latest'
    }
  })

  return {
    upstreams: { latest, v2 },
    token: tokens.token,

    /** Starts the gateway. @returns its address */
    async listen (port: number): Promise<string> {
      await app.listen({ port, host: '127.0.0.1' })
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    },

    async close (): Promise<void> {
      await app.close()
      await tokens.close()
      for (const upstream of [latest, v2]) if (upstream.process.connected) upstream.process.disconnect()
    }
  }
}

async function startUpstream (name: string): Promise<{ url: string, process: ChildProcess }> {
  const upstream = fork(new URL(`./echo-upstream${extname(import.meta.filename)}`, import.meta.url), [name])
  const [port] = await Promise.race([once(upstream, 'message'), once(upstream, 'exit').then(() => { throw new Error(`${name} did not start`) })])
  return { url: `http://127.0.0.1:${port}`, process: upstream }
}
