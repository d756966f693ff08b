import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { defineVersions, fromHeader, httpProxyOptions, resolveVersion, sanitizeHeaders, verifyIdentity } from '../../lib/index.ts'
import type { HttpProxyForwardOptions, ResolveVersionOptions, VersionConfig, VersionsConfig } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { type Seen, startUpstream } from './upstream.ts'

interface Setting {
  versions?: Record<string, Partial<VersionConfig>>
  resolve?: Partial<ResolveVersionOptions>
  options?: HttpProxyForwardOptions
  /** Further options of @fastify/http-proxy. */
  more?: object
  app?: FastifyInstance
}

/** The stages, and @fastify/http-proxy under `/api` instead of `proxyVersions`. */
export async function startHttpProxy (t: Test, { versions = {}, resolve = {}, options = {}, more = {}, app = makeApp(t) }: Setting = {}) {
  const [v1, v2] = await Promise.all([startUpstream(t, 'v1'), startUpstream(t, 'v2')])
  const config: VersionsConfig = { v1: { upstream: v1, ...versions['v1'] }, v2: { upstream: v2, ...versions['v2'] } }
  const registry = defineVersions(config)
  await app.register(sanitizeHeaders, { owned: ['x-user'] })
  await app.register(verifyIdentity, { providers: [] })
  await app.register(resolveVersion, {
    versions: registry, override: [fromHeader('x-version')], default: 'v1', ...resolve
  } as ResolveVersionOptions<never, never>)
  await app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(registry, options), ...more })
  const origin = await listen(app)
  return {
    app,
    registry,
    origin,
    send: async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) => await fetch(origin + path, { redirect: 'manual', headers, ...init }),
    see: async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      await (await fetch(origin + path, { headers, ...init })).json() as Seen
  }
}
