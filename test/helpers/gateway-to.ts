import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { ForwardOptions, UpstreamOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { startUpstream } from './upstream.ts'

/** Starts a gateway to a single version, without tokens. */
export async function gatewayTo (t: Test, upstream: UpstreamOptions, app = makeApp(t), forward: ForwardOptions = {}) {
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward })
  const origin = await listen(app)
  return {
    app,
    origin,
    send: async (path: string, init?: RequestInit) => await fetch(origin + path, init),
    /** Returns the health of its targets. */
    targets: () => app.versions.health()[0]!.targets
  }
}

/** Starts a target that handles requests with these listeners in order and then always with the last one. `received` has the methods. */
export async function target (t: Test, ...does: RequestListener[]) {
  const received: string[] = []
  const origin = await startUpstream(t, 'v1', (request, response) => {
    received.push(request.method!)
    const step = does.length > 1 ? does.shift()! : does[0]!
    step(request, response)
  })
  return { origin, received }
}
