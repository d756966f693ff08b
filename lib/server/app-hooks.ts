import type { FastifyInstance } from 'fastify'
import { isCompatible } from '../shared/compatibility.ts'

// Touches: the symbol under which Fastify keeps the hooks of a scope, read only. Gains: a warning at boot names the `onSend` hooks that
// forwarded responses skip. Without it, and with `compatibility`, there is no warning.

type Hook = (...values: never[]) => unknown

/** Hooks of the gateway itself, which forwarded responses need not pass. */
const ownHooks = new Set(['countVersionGatewayBody', 'announceGatewayVersion'])

/** Plugins that send their results in an `onSend` hook. */
const plugins = [
  '@fastify/caching', '@fastify/compress', '@fastify/cookie', '@fastify/etag', '@fastify/secure-session', '@fastify/session'
]

/** Whether an app has set an error handler, instead of Fastify's own. */
export function hasErrorHandler (app: FastifyInstance): boolean {
  return app.errorHandler.name !== 'defaultErrorHandler'
}

/** Warns when the app is ready if `onSend` hooks of the app apply to the routes of a scope. Call it before the routes are added. */
export function warnOfSkippedHooks (scope: FastifyInstance): void {
  // Some plugins add their hooks to each route.
  const ofRoutes = new Set<Hook>()
  scope.addHook('onRoute', ({ onSend = [] }) => { for (const hook of [onSend].flat()) ofRoutes.add(hook) })
  scope.addHook('onReady', (done) => {
    const hooks = [...onSendHooks(scope), ...ofRoutes].map(({ name }) => name || 'anonymous').filter((name) => !ownHooks.has(name))
    if (hooks.length > 0) {
      scope.log.warn({ plugins: plugins.filter((name) => scope.hasPlugin(name)), hooks },
        "onSend hooks of the app do not run for forwarded responses. Set forward.reply: 'fastify' to run them")
    }
    done()
  })
}

function onSendHooks (scope: FastifyInstance): readonly Hook[] {
  if (isCompatible) return []
  // The symbol is on the scope, or on a scope around it.
  for (let app: object | null = scope; app !== null; app = Object.getPrototypeOf(app) as object | null) {
    const key = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.hooks')
    if (key !== undefined) return (app as Record<symbol, { onSend?: readonly Hook[] | null }>)[key]!.onSend ?? []
  }
  return []
}
