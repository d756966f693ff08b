import type { RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { GatewayOptions, MirrorConfig, ShadowComparison, ShadowOutcome } from '../../types/index.ts'
import type { UpstreamRequest } from '../../lib/testing/index.ts'
import { listen, makeApp } from './gateway.ts'
import { startUpstream } from './upstream.ts'
import { until } from './until.ts'

export const json = (body: unknown): RequestListener => (_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

/** Records the requests of an upstream, with their bodies, and then responds. */
export function recorded (received: UpstreamRequest[], respond: RequestListener): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { method, url, headers } = request
      received.push({ servedBy: '', method: method!, path: url!, headers, body: Buffer.concat(chunks).toString() } as UpstreamRequest)
      respond(request, response)
    })
  }
}

interface Choices {
  v3?: RequestListener
  v4?: RequestListener
  mirror?: Partial<MirrorConfig>
  options?: Partial<GatewayOptions>
  /** Options of v4's upstream. */
  upstream?: object
  /** Registers plugins before the gateway. */
  before?: (app: FastifyInstance) => Promise<unknown>
}

/** Starts a gateway whose requests for v3 are mirrored to v4. The clock stands still, so no copy is late. */
export async function mirrored (t: Test, { v3 = json({}), v4 = json({}), mirror = {}, options = {}, upstream = {}, before }: Choices = {}) {
  const received = { v3: [] as UpstreamRequest[], v4: [] as UpstreamRequest[] }
  const [one, other] = await Promise.all([startUpstream(t, 'v3', recorded(received.v3, v3)), startUpstream(t, 'v4', recorded(received.v4, v4))])
  const app = makeApp(t)
  await before?.(app)
  await app.register(versionGateway, {
    versions: { v3: { upstream: one }, v4: { upstream: { targets: other, ...upstream } } },
    mirrors: [{ name: 'next', from: 'v3', version: 'v4', ...mirror }],
    registry: { now: () => 0 },
    resolve: { default: 'v3' },
    ...options
  } as GatewayOptions)
  const origin = await listen(app)
  const events: ShadowComparison[] = []
  app.versions.events.on('shadow-compared', (comparison) => { events.push(comparison) })
  const outcomes = (): Partial<Record<ShadowOutcome, number>> => app.versions.shadow()[0]?.outcomes ?? {}
  return {
    app,
    origin,
    received,
    events,
    outcomes,
    send: async (path = '/', init?: RequestInit) => await fetch(origin + path, init),
    /** Waits until this many copies have an outcome. */
    settled: async (count = 1) => {
      await until(() => Object.values(outcomes()).reduce((sum, each) => sum + each, 0) >= count)
      return outcomes()
    }
  }
}
