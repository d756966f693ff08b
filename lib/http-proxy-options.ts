import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpProxyOptions, HttpProxyForwardOptions, VersionRegistry } from '../types/index.ts'
import { checkForward } from './config/check-forward.ts'
import { checkHttpProxy } from './config/check-http-proxy.ts'
import { checkShape } from './config/check-shape.ts'
import { checkRegistry } from './config/check-stage.ts'
import { withDefaults } from './config/normalize.ts'
import { forwardDefaults } from './config/normalize-gateway.ts'
import { httpProxyOptionsSchema } from './config/schemas.ts'
import { PackageDuplicated, StageOrderInvalid } from './errors.ts'
import { mountedAt, pathBehind } from './http/mounted-prefix.ts'
import { splitTarget } from './http/request-target.ts'
import { Problems } from './problems/config-problems.ts'
import { ForeignRoute } from './proxy-versions/foreign-route.ts'
import { OptionHeaders } from './proxy-versions/request/option-headers.ts'
import { insidePath } from './proxy-versions/request/request-target.ts'
import type { HeaderRules } from './proxy-versions/route-headers.ts'
import type { RegisteredVersion } from './registry/registered-version.ts'
import { type Registry, registryOf } from './registry/registry.ts'
import { alignCopies, otherCopy } from './shared/copy.ts'
import { contextOf, scopeOf, versionHeaderOf } from './stage/context.ts'

/** The routes of one registration of @fastify/http-proxy. */
interface Registration {
  readonly rules: HeaderRules
  readonly routes: WeakMap<RegisteredVersion, ForeignRoute>
}

/**
 * Returns options for `@fastify/http-proxy`, which then forwards each request to its version, with the header rules of
 * `proxyVersions`. Register `sanitizeHeaders`, `verifyIdentity` and `resolveVersion` before it in the same scope.
 *
 * @param versions the same registry as that of `resolveVersion`
 * @throws `VERSION_CONFIG_INVALID` with every problem
 *
 * @example
 * await app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions) })
 */
export function httpProxyOptions (versions: VersionRegistry, options: HttpProxyForwardOptions = {}): HttpProxyOptions {
  const registry = check(versions, options)
  const routeOf = routeFinder(registry, options)
  const handshakes = new WeakMap<FastifyRequest, IncomingHttpHeaders>()
  return {
    upstream: '',
    internalRewriteLocationHeader: false,
    undici: { connect: { rejectUnauthorized: true } },
    preHandler (request, _reply, done) {
      const route = routeOf(request)
      if (request.headers.upgrade !== undefined) {
        if (route.base !== '') insertBase(request, route.base)
        // An error in `wsClientOptions` would leave the client with an open WebSocket that leads nowhere.
        handshakes.set(request, handshakeHeaders(route, request))
      }
      done()
    },
    handler (request, reply, dest, replyOptions) {
      const { base } = routeOf(request)
      return (reply as ReplyFrom).from(insidePath(base, dest), replyOptions)
    },
    replyOptions: {
      getUpstream: (request) => routeOf(request as FastifyRequest).nextTarget(),
      rewriteRequestHeaders: (request, headers) => routeOf(request as FastifyRequest).requestObject(request as FastifyRequest, headers),
      rewriteHeaders: (headers, request) => routeOf(request as FastifyRequest).responseObject(request as FastifyRequest, headers)
    },
    wsClientOptions: {
      headers: {},
      rewriteRequestHeaders (headers, request) {
        return { ...headers, ...handshakes.get(request) ?? handshakeHeaders(routeOf(request), request) }
      }
    }
  }
}

/** The reply with what @fastify/reply-from adds. */
type ReplyFrom = FastifyReply & { from (source: string, options: object): unknown }

function check (versions: VersionRegistry, options: HttpProxyForwardOptions): Registry {
  const problems = new Problems()
  checkShape(problems, httpProxyOptionsSchema, options)
  checkForward(problems, [], options, [])
  const checked = checkRegistry(problems, versions)
  if (checked !== null) checkHttpProxy(problems, checked.current.content.set.versions)
  problems.throwIfAny('the options of httpProxyOptions')
  const registry = registryOf(versions)
  registry.revisions.addCheck((problems, set) => {
    if (!problems.isIncomplete(['versions'])) checkHttpProxy(problems, set.versions)
  })
  return registry
}

/** Finds the route of a request: to its version, by the rules of the scope that has registered @fastify/http-proxy. */
function routeFinder (registry: Registry, options: HttpProxyForwardOptions) {
  const registrations = new WeakMap<FastifyInstance, Registration>()
  return (request: FastifyRequest): ForeignRoute => {
    const { server } = request
    const version = decidedVersion(request, registry)
    const registration = registrations.get(server) ?? { rules: headerRules(server, options), routes: new WeakMap() }
    registrations.set(server, registration)
    const route = registration.routes.get(version) ?? new ForeignRoute(registration.rules, version)
    registration.routes.set(version, route)
    return route
  }
}

/** @throws if the request has no decision: it must not be sent to a default */
function decidedVersion (request: FastifyRequest, registry: Registry): RegisteredVersion {
  const { servedBy } = contextOf(request)
  if (servedBy !== null && scopeOf(request.server).registry === registry) return servedBy
  // Clients see the message, so it contains no paths.
  if (otherCopy(request.server.server) !== null) throw new PackageDuplicated(`httpProxyOptions is of another copy than resolveVersion. ${alignCopies}`)
  throw new StageOrderInvalid('httpProxyOptions needs the decision of resolveVersion. Register sanitizeHeaders, verifyIdentity and ' +
    'resolveVersion, with the same versions, before @fastify/http-proxy and in the same scope, and do not set config.version to false.')
}

function headerRules (server: FastifyInstance, options: HttpProxyForwardOptions): HeaderRules {
  const { forwardedHeaders, requestHeaders } = withDefaults(options, { forwardedHeaders: forwardDefaults.forwardedHeaders })
  return {
    prefix: server.prefix.replace(/\/$/, ''),
    versionHeader: versionHeaderOf(server).toLowerCase(),
    trusted: new Set(forwardedHeaders.map((name) => name.toLowerCase())),
    pinnedBy: [],
    optionHeaders: requestHeaders === undefined ? null : new OptionHeaders(requestHeaders, server.log)
  }
}

/** Returns the headers of a WebSocket's request. The client of @fastify/http-proxy adds those of the handshake and `host`. */
function handshakeHeaders (route: ForeignRoute, request: FastifyRequest): IncomingHttpHeaders {
  const headers = Object.entries(route.requestObject(request, {})).filter(([name, value]) => value !== undefined && !name.startsWith('sec-websocket-'))
  return Object.fromEntries(headers)
}

/** @fastify/http-proxy forwards a WebSocket to what follows the prefix, and does not call `handler`. */
function insertBase (request: FastifyRequest, base: string): void {
  const { server } = request
  const raw = request.raw as typeof request.raw & { originalUrl?: string | undefined }
  const [path, query] = splitTarget(raw.url!)
  const behind = pathBehind(path, mountedAt(server.prefix, server))
  raw.originalUrl ??= raw.url
  raw.url = path.slice(0, path.length - behind.length) + insidePath(base, behind) + query
}
