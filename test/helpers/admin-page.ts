import type { Test } from 'tap'
import { versionAdmin } from '../../lib/admin/index.ts'
import { startBrowser } from './browser.ts'
import { makeApp, startGateway } from './gateway.ts'
import { deadOrigin, startUpstream } from './upstream.ts'

const now = Date.parse('2026-11-01T00:00:00Z')

/** Starts a gateway with versions in every state, and opens its page in a browser. */
export async function onPage (t: Test, options: object = {}) {
  const upstream = await startUpstream(t, 'any')
  const app = makeApp(t)
  await app.register(versionAdmin, {
    async guard ({ headers }, reply) {
      if (headers.authorization !== `Basic ${btoa('admin:admin')}`) await reply.code(401).header('www-authenticate', 'Basic realm="admin"').send()
    }
  })
  const gateway = await startGateway(t, {
    registry: { now: () => now },
    versions: {
      v1: { upstream, deprecatedAt: '2026-10-01', sunsetAt: '2026-11-21', successor: 'v3' },
      v2: { upstream, deprecatedAt: '2026-01-01', sunsetAt: '2026-10-30' },
      v3: { upstream: { targets: [upstream, await deadOrigin()] } },
      v4: { upstream, retired: true }
    },
    aliases: { latest: 'v3' }
  }, app)
  const { open, errors } = await startBrowser(t)
  const visit = async () => await (await gateway.send('/a', { headers: { 'x-version-override': 'v1' } })).text()
  await visit()
  const page = await open(`${gateway.origin}/admin`, options)
  await page.waitForSelector('#version-v1')
  return {
    ...gateway,
    page,
    errors,
    visit,
    text: (selector: string) => page.innerText(selector),
    /** Makes the page update immediately, as if its tab had become visible. */
    look: async () => { await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))") }
  }
}
