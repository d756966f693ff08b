import type { FastifyInstance } from 'fastify'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: the symbols under which Fastify keeps the hooks and the names of the plugins of a scope, read only. Gains: a warning at boot
// names the `onSend` hooks that forwarded responses skip, and the plugins that may have added them. Without it, and with
// `compatibility`, there is no warning.

type Hook = (...values: never[]) => unknown

/** Hooks of the gateway itself, which forwarded responses need not pass. */
const ownHooks = new Set(['countVersionGatewayBody', 'announceGatewayVersion'])

/** A scope whose responses skip `onSend` hooks. */
interface SkippingScope {
  readonly scope: FastifyInstance
  /** Some plugins add their hooks to each route. */
  readonly ofRoutes: Set<Hook>
}

const skippingScopes = new WeakMap<FastifyInstance['server'], SkippingScope[]>()

/** Whether an app has set an error handler, instead of Fastify's own. */
export function hasErrorHandler (app: FastifyInstance): boolean {
  return app.errorHandler.name !== 'defaultErrorHandler'
}

/**
 * Warns once per app, when it is ready, if `onSend` hooks of the app apply to the routes of a scope. Call it before the routes
 * are added.
 */
export function warnOfSkippedHooks (scope: FastifyInstance): void {
  const ofRoutes = new Set<Hook>()
  scope.addHook('onRoute', ({ onSend = [] }) => { for (const hook of [onSend].flat()) ofRoutes.add(hook) })
  const scopes = skippingScopes.get(scope.server) ?? []
  if (scopes.push({ scope, ofRoutes }) > 1) return
  skippingScopes.set(scope.server, scopes)
  scope.addHook('onReady', (done) => {
    warn(scope, scopes)
    done()
  })
}

function warn ({ log }: FastifyInstance, scopes: readonly SkippingScope[]): void {
  const all = scopes.flatMap(({ scope, ofRoutes }) => [...onSendHooks(scope), ...ofRoutes])
  const hooks = [...new Set(all.map(({ name }) => name || 'anonymous'))].filter((name) => !ownHooks.has(name))
  if (hooks.length === 0) return
  const plugins = [...new Set(scopes.flatMap(({ scope }) => pluginsOf(scope)))]
  log.warn({ hooks, plugins }, 'onSend hooks of the app do not run for forwarded responses. Plugins in the scope of the gateway may have added ' +
    "them. Set forward.reply: 'fastify' to run them")
}

function onSendHooks (scope: FastifyInstance): readonly Hook[] {
  return inherited<{ onSend?: readonly Hook[] | null }>(scope, 'fastify.hooks')?.onSend ?? []
}

/** Returns the names of the plugins in a scope, except for the gateway's own. */
function pluginsOf (scope: FastifyInstance): string[] {
  return Array.from(inherited<ArrayLike<string>>(scope, 'registered-plugin') ?? []).filter((name) => !name.startsWith('fastify-version-gateway'))
}

/** Returns a value that a scope, or a scope around it, keeps under a symbol. */
function inherited<Value> (scope: FastifyInstance, symbol: string): Value | undefined {
  if (isCompatible) return undefined
  for (let app: object | null = scope; app !== null; app = Object.getPrototypeOf(app) as object | null) {
    const key = Object.getOwnPropertySymbols(app).find(({ description }) => description === symbol)
    if (key !== undefined) return (app as Record<symbol, Value>)[key]
  }
  return undefined
}
