import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Tier, UsageEntry, UsageOptions } from '../../types/index.ts'

/** One request. */
export interface Use {
  /** `null`: nobody known. */
  consumer: string | null
  /** Id of the version. */
  version: string
  tier: Tier
}

interface Entry extends Use {
  count: number
  /** Milliseconds since 1970, like all moments here. */
  firstSeen: number
  lastSeen: number
  /** By the tier that chose the version. */
  readonly seen: Record<Tier, number>
  /** When its use of a deprecated version was told of. */
  toldAt: number
  isChanged: boolean
}

const hour = 3_600_000
/** Characters of a name. A longer one, which somebody else may have chosen, is kept as its beginning and a digest. */
const nameLimits = { whole: 256, beginning: 200 }

/** Who uses which version: the pairs of consumer and version that were seen last. */
export class Usage {
  readonly #entries: LRUCache<string, Entry>
  /** What `takeChanged` will give, forgotten or not; `null` when nobody asks for it. */
  readonly #changed: LRUCache<string, Entry> | null

  constructor ({ max = 50_000, onUsage }: UsageOptions = {}) {
    this.#entries = new LRUCache({ max })
    this.#changed = onUsage === undefined ? null : new LRUCache({ max, dispose: (entry) => { entry.isChanged = false } })
  }

  /** Pairs that are kept. */
  get size (): number {
    return this.#entries.size
  }

  /**
   * Counts a request.
   *
   * @param now milliseconds since 1970
   * @param isDeprecated whether the version is
   * @returns whether this use is to be told of: of a deprecated version, and not told of within the last hour
   */
  note (use: Use, now: number, isDeprecated = false): boolean {
    const key = keyOf(use)
    const entry = this.#entries.get(key) ?? this.#add(key, use, now)
    entry.count++
    entry.lastSeen = entry.seen[use.tier] = now
    entry.tier = use.tier
    if (!entry.isChanged && this.#changed !== null) {
      this.#changed.set(key, entry)
      entry.isChanged = true
    }
    if (!isDeprecated || Math.abs(now - entry.toldAt) < hour) return false
    entry.toldAt = now
    return true
  }

  /** Everybody who used a version, the latest first. */
  of (version: string): UsageEntry[] {
    return this.#list(version).map(frozen)
  }

  /** How many used a version, and the latest of them. */
  latestOf (version: string, limit: number): { callers: number, usage: UsageEntry[] } {
    const all = this.#list(version)
    return { callers: all.length, usage: all.slice(0, limit).map(frozen) }
  }

  /** Those who used a version at or after a moment, other than by these tiers; the latest first. */
  seenSince (version: string, since: number, allowTiers: readonly Tier[] = []): UsageEntry[] {
    const tiers = (['override', 'pin', 'default'] as const).filter((tier) => !allowTiers.includes(tier))
    return this.#list(version).filter(({ seen }) => tiers.some((tier) => seen[tier] >= since)).map(frozen)
  }

  /** What changed since the last time. Of more than `max` pairs the last ones. Nothing without `onUsage`. */
  takeChanged (): UsageEntry[] {
    const changed = [...this.#changed?.rvalues() ?? []].filter((entry) => entry !== undefined)
    this.#changed?.clear()
    return changed.map(frozen)
  }

  #add (key: string, { consumer, version, tier }: Use, now: number): Entry {
    // One that was forgotten, but not taken yet, goes on counting.
    const entry = this.#changed?.peek(key) ?? {
      consumer: consumer === null ? null : boundedName(consumer),
      version,
      tier,
      count: 0,
      firstSeen: now,
      lastSeen: now,
      seen: { override: -Infinity, pin: -Infinity, default: -Infinity },
      toldAt: -Infinity,
      isChanged: false
    }
    this.#entries.set(key, entry)
    return entry
  }

  #list (version: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.version === version)
  }
}

/** No id has a line break, so the first one ends it, whatever characters the consumer has. */
function keyOf ({ consumer, version }: Use): string {
  return consumer === null ? version : `${version}\n${boundedName(consumer)}`
}

function boundedName (name: string): string {
  if (name.length <= nameLimits.whole) return name
  return `${name.slice(0, nameLimits.beginning)}...${createHash('sha256').update(name).digest('base64url')}`
}

function frozen ({ consumer, version, count, firstSeen, lastSeen, tier }: Entry): UsageEntry {
  return Object.freeze({ consumer, version, count, firstSeen: new Date(firstSeen), lastSeen: new Date(lastSeen), tier })
}
