import type { ShadowComparison, ShadowDifference, ShadowOutcome, ShadowPair, ShadowPlace, ShadowReport } from '../../types/index.ts'

/** Limits for each mirror: paths and bodies come from callers and upstreams. */
const maxRoutes = 100
const maxPlaces = 500
const maxNoise = 500
/** Maximum number of reports. Beyond it, the oldest one is forgotten: updates may remove mirrors and add others forever. */
const maxReports = 1_000

/** The requests of one method to one route. */
type Part = Pick<ShadowComparison, 'method' | 'route'>

/** Collects the results of a registry's mirrors. */
export class ShadowLog {
  readonly #findings = new Map<string, ShadowFindings>()

  /** Returns the findings of a mirror for a pair of versions. */
  of (pair: ShadowPair): ShadowFindings {
    const key = `${pair.mirror} ${pair.from} ${pair.to}`
    const known = this.#findings.get(key)
    if (known !== undefined) return known
    if (this.#findings.size >= maxReports) this.#findings.delete(this.#findings.keys().next().value!)
    const findings = new ShadowFindings(pair)
    this.#findings.set(key, findings)
    return findings
  }

  list (): ShadowReport[] {
    return Array.from(this.#findings.values(), (findings) => findings.report())
  }
}

/** Collects the results of one mirror for a pair of versions. */
export class ShadowFindings {
  readonly #pair: ShadowPair
  readonly #outcomes: Record<ShadowOutcome, number> = { same: 0, differs: 0, sent: 0, failed: 0, dropped: 0 }
  /** Comparisons by method and route. */
  readonly #compared = new Map<string, number>()
  readonly #places = new Map<string, Part & ShadowDifference & { count: number }>()
  readonly #noise = new Map<string, Part & { readonly at: string }>()

  constructor ({ mirror, from, to }: ShadowPair) {
    this.#pair = { mirror, from, to }
  }

  count (outcome: ShadowOutcome): void {
    this.#outcomes[outcome]++
  }

  /** Counts a comparison and its differences. */
  add (part: Part, differences: readonly ShadowDifference[]): void {
    this.count(differences.length === 0 ? 'same' : 'differs')
    const { method, route } = this.#bounded(part)
    const key = keyOf({ method, route })
    this.#compared.set(key, (this.#compared.get(key) ?? 0) + 1)
    for (const { at, kind } of differences) this.#addPlace(`${key} ${kind} ${at}`, { method, route, at, kind })
  }

  /** Notes that a place differs from request to request. */
  learn (part: Part, at: string): void {
    const { method, route } = this.#bounded(part)
    const place = { method, route, at: anyIndex(at) }
    if (this.#noise.size < maxNoise) this.#noise.set(`${keyOf(place)} ${place.at}`, place)
  }

  isNoise (part: Part, at: string): boolean {
    return this.#noise.size > 0 && this.#noise.has(`${keyOf(this.#bounded(part))} ${anyIndex(at)}`)
  }

  report (): ShadowReport {
    const places = [...this.#places.values()].sort((one, other) => other.count - one.count)
    return {
      ...this.#pair,
      outcomes: { ...this.#outcomes },
      places: places.map((place): ShadowPlace => ({ ...place, share: place.count / this.#compared.get(keyOf(place))! })),
      noise: [...this.#noise.values()]
    }
  }

  #addPlace (key: string, place: Part & ShadowDifference): void {
    const known = this.#places.get(key)
    if (known !== undefined) known.count++
    else if (this.#places.size < maxPlaces) this.#places.set(key, { ...place, count: 1 })
  }

  #bounded ({ method, route }: Part): Part {
    return this.#compared.size < maxRoutes || this.#compared.has(keyOf({ method, route })) ? { method, route } : { method, route: 'other' }
  }
}

function keyOf ({ method, route }: Part): string {
  return `${method} ${route}`
}

/** Replaces list indexes with `*`, because members that vary in one item of a list vary in all of them. */
function anyIndex (at: string): string {
  return at.replaceAll(/\/\d+(?=\/|$)/g, '/*')
}
