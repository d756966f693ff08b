import type { RecentRequest } from '../../types/admin.ts'
import type { ResolvedRecent } from '../config/normalize-plugins.ts'
import type { Observation } from '../stage/observation.ts'

/** Keeps the last `max` items. */
export class Recent<Item> {
  readonly #items: Item[] = []
  readonly #max: number
  #next = 0

  constructor (max: number) {
    this.#max = max
  }

  add (item: Item): void {
    this.#items[this.#next] = item
    this.#next = (this.#next + 1) % this.#max
  }

  /** Returns the items, the most recent first. */
  list (): Item[] {
    return [...this.#items.slice(0, this.#next).reverse(), ...this.#items.slice(this.#next).reverse()]
  }
}

/** Maximum number of characters of a path. */
const maxPathLength = 300

/** Keeps the most recent completed requests, or a sample of them: one of every `sampleEvery`. */
export class RecentRequests {
  readonly #requests: Recent<RecentRequest>
  readonly #sampleEvery: number
  #seen = 0

  constructor ({ max, sampleEvery }: ResolvedRecent) {
    this.#requests = new Recent(max)
    this.#sampleEvery = sampleEvery
  }

  add (observation: Observation, now: number): void {
    if (this.#seen++ % this.#sampleEvery === 0) this.#requests.add(recentRequest(observation, now))
  }

  list (): RecentRequest[] {
    return this.#requests.list()
  }
}

/** Cuts the path at `?` or `;`. It is copied, because a slice would keep the whole URL in memory. */
function recentRequest ({ request, status, outcome, cause, begunAt, endedAt }: Observation, now: number): RecentRequest {
  const durationMs = endedAt - begunAt
  const path = Buffer.from(request.url.split(/[?;]/, 1)[0]!.slice(0, maxPathLength)).toString()
  const { id = null, tier = null, source = null, requested = null } = request.version ?? {}
  return {
    at: new Date(now - durationMs).toISOString(),
    id: request.id,
    method: request.method,
    path,
    status,
    durationMs: Math.round(durationMs * 100) / 100,
    outcome,
    cause,
    version: id,
    tier,
    source,
    requested
  }
}
