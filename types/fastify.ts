import type { FastifyBaseLogger, FastifyTypeProvider, RawServerBase, RawServerDefault, RegisterOptions } from 'fastify'
import type { VersionDecision } from './decision.ts'
import type { GatewayOptions, ResolveVersionOptions } from './gateway.ts'
import type { Identity } from './claims.ts'
import type { IdentityProviderStatus } from './identity.ts'
import type { RouteIdentity } from './route-identity.ts'
import type { ResolveVersionPlugin, VersionGatewayPlugin } from './plugins.ts'
import type { VersionRegistry } from './registry.ts'

/**
 * The overload of `register` whose error TypeScript shows, because it is the last one. It names the known versions: the overloads of
 * Fastify do not know them. For other plugins it needs more arguments than a call has, so that their errors stay the same.
 */
interface RegisterOfGateway<T> {
  <Plugin, Id extends string, Alias extends string = never>(plugin: Plugin, ...options: OptionsOf<Plugin, Id, Alias>): T
}
type OptionsOf<Plugin, Id extends string, Alias extends string> =
  [Plugin, VersionGatewayPlugin] extends [VersionGatewayPlugin, Plugin] ? [options: GatewayOptions<Id, Alias> & RegisterOptions]
    : [Plugin, ResolveVersionPlugin] extends [ResolveVersionPlugin, Plugin] ? [options: ResolveVersionOptions<Id, Alias>]
        : [never, never, never]

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's verified identity; `null` without a token, and outside the gateway. */
    identity: Identity | null
    /** The version that serves this request, and why; `null` on neutral routes and outside the gateway. */
    version: VersionDecision | null
    /**
     * Whether `explain()` or `resolveFor()` has made this request. No handler runs for it, but hooks do: those with side effects,
     * such as one that counts requests, can skip it. A client cannot set it.
     */
    readonly isDryRun: boolean
  }

  interface FastifyInstance {
    /** The live registry of the gateway registered here, or of the first one if there are several. */
    versions: VersionRegistry
    /** Returns the status of the identity providers registered here. */
    identityProviders: () => readonly IdentityProviderStatus[]
  }

  interface FastifyContextConfig {
    /** `false` makes a route neutral: no version is resolved for it. */
    version?: false
    /** `false` excludes a route from metrics and the access log, such as one that machines poll every few seconds. */
    observed?: false
    /** `false` ignores tokens on a route. Other values replace the policy of `verifyIdentity` or add requirements. */
    identity?: 'require' | 'allow-missing' | false | RouteIdentity
  }

  interface FastifyRegister<
    T = void,
    RawServer extends RawServerBase = RawServerDefault,
    TypeProviderDefault extends FastifyTypeProvider = FastifyTypeProvider,
    LoggerDefault extends FastifyBaseLogger = FastifyBaseLogger
  > extends RegisterOfGateway<T> {
    <Id extends string, Alias extends string = never>(
      plugin: VersionGatewayPlugin, options: GatewayOptions<Id, Alias> & RegisterOptions
    ): T
    <Id extends string, Alias extends string = never>(
      plugin: ResolveVersionPlugin, options: ResolveVersionOptions<Id, Alias>
    ): T
  }
}
