import type { FastifyInstance } from 'fastify'
import type { IdentityProviderStatus } from '../../types/index.ts'
import { keysUnavailable } from '../errors.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { scopeOf } from '../stage/context.ts'
import type { Provider } from './provider.ts'

/** Fetches the keys of providers before an app is ready, and stops when it closes. */
export function keepKeys (app: FastifyInstance, providers: readonly Provider[]): void {
  if (providers.length > 0) app.addHook('onClose', async () => { await Promise.all(providers.map(async (provider) => await provider.close())) })
  const remote = providers.filter(({ remote }) => remote !== null)
  if (remote.length === 0) return
  // One hook for all, because Fastify runs hooks one after the other.
  app.addHook('onReady', async () => {
    const fetched = remote.filter(({ options }) => scopeOf(app).fetchesKeys(options))
    await withTimeout<unknown>(Promise.all(fetched.map(async (provider) => await firstFetch(provider))), waitMs(app), () => {})
    for (const { options: { name }, remote: keys, onReady } of fetched) {
      if (onReady === 'require' && keys!.status().lastRefresh === null) throw keysUnavailable({ cause: new Error(whyNot(name, keys!.status())) })
    }
  })
}

/** Adds `app.identityProviders()` to this scope. An outer scope may have its own. */
export function registerStatus (app: FastifyInstance, providers: readonly Provider[]): void {
  if (Object.hasOwn(app, 'identityProviders')) return
  app.decorate('identityProviders', (): IdentityProviderStatus[] => providers.map((provider) => provider.status()))
}

/** Fetches the keys; with `skip`, in the background. Readiness depends on keys, and without it no token may arrive to cause a fetch. */
async function firstFetch ({ remote, onReady }: Provider): Promise<void> {
  // An earlier app may have left keys. They are renewed in the background, so an outage of the issuer does not matter now.
  const hasKeys = remote!.status().keys.length > 0
  if (hasKeys && remote!.isRenewed) return
  const fetched = remote!.refresh()
  if (onReady !== 'skip' && !hasKeys) await fetched
}

function whyNot (name: string, { lastError }: { lastError: string | null }): string {
  return `keys of ${name}: ${lastError ?? "they did not arrive before Fastify's pluginTimeout. Raise it, or lower jwks.timeoutMs"}`
}

/** Fastify aborts an app whose hook exceeds `pluginTimeout`. Slower fetches continue in the background. */
function waitMs ({ initialConfig: { pluginTimeout = 10_000 } }: FastifyInstance): number {
  return pluginTimeout * 0.8
}
