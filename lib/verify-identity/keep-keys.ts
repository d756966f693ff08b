import type { FastifyInstance } from 'fastify'
import type { IdentityProviderStatus } from '../../types/index.ts'
import { keysUnavailable } from '../errors.ts'
import type { Provider } from './provider.ts'

/** Fetches the keys of providers before an app is ready, and stops when it closes. */
export function keepKeys (app: FastifyInstance, providers: readonly Provider[]): void {
  const remote = providers.filter(({ remote }) => remote !== null)
  if (remote.length === 0) return
  app.addHook('onClose', async () => { await Promise.all(remote.map(async (provider) => await provider.close())) })
  // One hook for all, because Fastify runs hooks one after the other.
  app.addHook('onReady', async () => {
    await inTime(Promise.all(remote.map(async (provider) => await firstFetch(provider))), waitMs(app))
    for (const { options: { name }, remote: keys, onReady } of remote) {
      if (onReady === 'require' && keys!.status().lastRefresh === null) throw keysUnavailable({ cause: new Error(whyNot(name, keys!.status())) })
    }
  })
}

/** `app.identityProviders()`, in this scope. A scope around it may have one of its own. */
export function registerStatus (app: FastifyInstance, providers: readonly Provider[]): void {
  if (Object.hasOwn(app, 'identityProviders')) return
  app.decorate('identityProviders', (): IdentityProviderStatus[] => providers.map((provider) => provider.status()))
}

/** With `skip` it goes on in the background: readiness depends on keys, and without readiness there may be no token to cause a fetch. */
async function firstFetch ({ remote, onReady }: Provider): Promise<void> {
  // An earlier app may have left them. They are renewed in the background, and their issuer may be down just now.
  if (remote!.status().keys.length > 0) return
  const fetched = remote!.refresh()
  if (onReady !== 'skip') await fetched
}

function whyNot (name: string, { lastError }: { lastError: string | null }): string {
  return `keys of ${name}: ${lastError ?? "they did not arrive before Fastify's pluginTimeout. Raise it, or lower jwks.timeoutMs"}`
}

/** Fastify gives up an app whose hook takes longer than `pluginTimeout`. Fetches that take as long go on behind it. */
function waitMs ({ initialConfig: { pluginTimeout = 10_000 } }: FastifyInstance): number {
  return pluginTimeout * 0.8
}

/** Waits for something, but not for longer than that; 0 = no limit. */
async function inTime (work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<void>((resolve) => { if (ms > 0) timer = setTimeout(resolve, ms) })
  await Promise.race([work, end])
  clearTimeout(timer)
}
