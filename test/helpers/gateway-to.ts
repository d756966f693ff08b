import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { ForwardOptions, UpstreamOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { startUpstream } from './upstream.ts'

/** A gateway to one version, without tokens. */
export async function gatewayTo (t: Test, upstream: UpstreamOptions, app = makeApp(t), forward: ForwardOptions = {}) {
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward })
  const origin = await listen(app)
  return {
    app,
    origin,
    send: async (path: string, init?: RequestInit) => await fetch(origin + path, init),
    /** What is known of its targets. */
    targets: () => app.versions.health()[0]!.targets
  }
}

/** A target that does one thing after the other, the last one for ever, and notes the methods that it was asked with. */
export async function target (t: Test, ...does: RequestListener[]) {
  const asked: string[] = []
  const origin = await startUpstream(t, 'v1', (request, response) => {
    asked.push(request.method!)
    const step = does.length > 1 ? does.shift()! : does[0]!
    step(request, response)
  })
  return { origin, asked }
}
