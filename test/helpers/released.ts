import type { Test } from 'tap'
import { fromHeader } from '../../lib/index.ts'
import { versionAdmin } from '../../lib/admin/index.ts'
import { scopeOf } from '../../lib/stage/context.ts'
import type { RolloutConfig } from '../../types/index.ts'
import { startBrowser } from './browser.ts'
import { administered } from './admin.ts'
import { makeApp, startGateway } from './gateway.ts'
import { ruleOf } from './limits.ts'
import { startUpstream } from './upstream.ts'

/** When the tests begin. */
export const start = Date.parse('2026-11-01T12:00:00Z')

/** The rollout of the tests: acme is moved, others are not. */
export const rollout: RolloutConfig = {
  name: 'checkout',
  from: 'v3',
  to: 'v4',
  percent: 25,
  key: 'header:x-tenant',
  include: ['acme'],
  exclude: ['umbrella'],
  rings: [{ name: 'staff', keys: ['staff-1', 'staff-2'] }, { name: 'beta', keys: ['beta-1'] }],
  openRings: 1,
  guard: { minRequests: 50 }
}

/** Returns the options of a gateway during a release. Requests of the tenant `broken` to v4 fail. */
export async function releaseOptions (t: Test, { rollouts = [rollout] }: { rollouts?: RolloutConfig[] } = {}) {
  const clock = { now: start }
  const v3 = await startUpstream(t, 'v3')
  const v4 = await startUpstream(t, 'v4', (request, response) => {
    response.statusCode = request.url === '/orders/broken' ? 500 : 200
    response.end('{}')
  })
  return {
    clock,
    options: {
      registry: { now: () => clock.now },
      versions: { v3: { upstream: v3 }, v4: { upstream: v4 } },
      resolve: { override: [fromHeader('api-version')], default: 'v3' },
      routes: [
        { name: 'orders', matches: [{ path: { prefix: '/orders' } }] },
        { name: 'search', matches: [{ path: { exact: '/search' }, method: 'GET', headers: { 'x-beta': 'true' } }], to: [{ version: 'v3', weight: 90 }, { version: 'v4', weight: 10 }] },
        { name: 'old', matches: [{ path: { prefix: '/old' } }], redirect: { path: { full: '/orders' }, status: 301 as const } },
        { name: 'lost', matches: [{ path: { regex: '/lost/[0-9]+' } }], invalid: 'the backend does not exist' }
      ],
      rollouts
    }
  }
}

/** Starts a gateway during a release, with the admin API. */
export async function administeredRelease (t: Test, given: { rollouts?: RolloutConfig[] } = {}) {
  const { clock, options } = await releaseOptions(t, given)
  const gateway = await administered(t, { identity: undefined, ...options } as object)
  return { ...gateway, clock, visit: visitor((path, init) => fetch(gateway.origin + path, init)) }
}

/** Starts a gateway during a release, and opens its page in a browser. */
export async function onReleasePage (t: Test, given: { rollouts?: RolloutConfig[] } = {}) {
  const { clock, options } = await releaseOptions(t, given)
  const app = makeApp(t)
  await app.register(versionAdmin, { guard: () => true })
  const gateway = await startGateway(t, { identity: undefined, ...options } as object, app)
  const { open, errors } = await startBrowser(t)
  return {
    ...gateway,
    clock,
    errors,
    visit: visitor(gateway.send),
    /** Reports a rate limit, as `rateLimits` does for requests. */
    limit: (caller: string, allowed: boolean) => scopeOf(app).onLimit!(
      { rule: ruleOf({ name: 'per-address' }), key: `per-address/b1000/${caller.length}:${caller}`, cost: 1 },
      { allowed, remaining: 0, retryAfterMs: 0, resetMs: 0 }
    ),
    async open (browser: object = {}) {
      const page = await open(`${gateway.origin}/admin`, browser)
      await page.waitForSelector('#version-v3')
      return {
        page,
        text: (selector: string) => page.innerText(selector),
        /** Makes the page update immediately, as if its tab had become visible. */
        look: async () => { await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))") }
      }
    }
  }
}

function visitor<Answer> (send: (path: string, init?: RequestInit) => Promise<Answer>) {
  return async (tenant: string, path = '/orders') => await send(path, { headers: { 'x-tenant': tenant }, redirect: 'manual' })
}
