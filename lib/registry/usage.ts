import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Tier, UsageEntry } from '../../types/index.ts'
import type { ResolvedUsage } from '../config/normalize-versions.ts'

/** The use of a version by one request. */
export interface Use {
  /** `null` if the caller is unknown. */
  consumer: string | null
  /** Id of the version. */
  version: string
  tier: Tier
}

interface Entry extends Use {
  count: number
  /** Milliseconds since 1970, like all times in this file. */
  firstSeen: number
  lastSeen: number
  /** Time of the last use, by the tier that chose the version. */
  readonly seen: Record<Tier, number>
  /** When `deprecated-use` was last emitted. */
  reportedAt: number
  isChanged: boolean
}

const hour = 3_600_000
/** Lengths in characters. A longer name of a caller, which a client may have chosen, is stored as its beginning and a digest. */
const nameLimits = { whole: 256, beginning: 200 }

/** Records who uses which version. Only the most recently seen pairs of consumer and version are kept. */
export class Usage {
  readonly #entries: LRUCache<string, Entry>
  /** What `takeChanged` will return, including evicted entries. `null` without `onUsage`. */
  readonly #changed: LRUCache<string, Entry> | null

  constructor ({ max, onUsage }: ResolvedUsage) {
    this.#entries = new LRUCache({ max })
    this.#changed = onUsage === undefined ? null : new LRUCache({ max, dispose: (entry) => { entry.isChanged = false } })
  }

  /** Number of pairs that are kept. */
  get size (): number {
    return this.#entries.size
  }

  /**
   * Counts a request.
   *
   * @param now milliseconds since 1970
   * @returns whether to emit `deprecated-use`: the version is deprecated, and the pair's last event is at least an hour ago
   */
  record (use: Use, now: number, isDeprecated = false): boolean {
    const key = keyOf(use)
    const entry = this.#entries.get(key) ?? this.#add(key, use, now)
    entry.count++
    entry.lastSeen = entry.seen[use.tier] = now
    entry.tier = use.tier
    if (!entry.isChanged && this.#changed !== null) {
      this.#changed.set(key, entry)
      entry.isChanged = true
    }
    if (!isDeprecated || Math.abs(now - entry.reportedAt) < hour) return false
    entry.reportedAt = now
    return true
  }

  /** Returns the callers of a version, the most recent first. */
  of (version: string): UsageEntry[] {
    return this.#list(version).map(frozen)
  }

  /** Returns the number of callers of a version, and the most recent of them. */
  latestOf (version: string, limit: number): { callers: number, usage: UsageEntry[] } {
    const all = this.#list(version)
    return { callers: all.length, usage: all.slice(0, limit).map(frozen) }
  }

  /** Returns callers that used a version at or after `since`, the most recent first. Uses by `allowTiers` do not count. */
  seenSince (version: string, since: number, allowTiers: readonly Tier[] = []): UsageEntry[] {
    const tiers = (['route', 'override', 'pin', 'default'] as const).filter((tier) => !allowTiers.includes(tier))
    return this.#list(version).filter(({ seen }) => tiers.some((tier) => seen[tier] >= since)).map(frozen)
  }

  /** Returns the entries that changed since the last call, at most the last `max`. Empty without `onUsage`. */
  takeChanged (): UsageEntry[] {
    const changed = [...this.#changed?.rvalues() ?? []].filter((entry) => entry !== undefined)
    this.#changed?.clear()
    return changed.map(frozen)
  }

  #add (key: string, { consumer, version, tier }: Use, now: number): Entry {
    // An entry that was evicted but not yet taken keeps its count.
    const entry = this.#changed?.peek(key) ?? {
      consumer: consumer === null ? null : boundedName(consumer),
      version,
      tier,
      count: 0,
      firstSeen: now,
      lastSeen: now,
      seen: { route: -Infinity, override: -Infinity, pin: -Infinity, default: -Infinity },
      reportedAt: -Infinity,
      isChanged: false
    }
    this.#entries.set(key, entry)
    return entry
  }

  #list (version: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.version === version)
  }
}

/** An id has no line breaks, so the first line break ends it, even if the consumer's name contains some. */
function keyOf ({ consumer, version }: Use): string {
  if (consumer === null) return version
  return `${version}\n${consumer.length <= nameLimits.whole ? consumer : boundedName(consumer)}`
}

function boundedName (name: string): string {
  if (name.length <= nameLimits.whole) return name
  return `${name.slice(0, nameLimits.beginning)}...${createHash('sha256').update(name).digest('base64url')}`
}

function frozen ({ consumer, version, count, firstSeen, lastSeen, tier }: Entry): UsageEntry {
  return Object.freeze({ consumer, version, count, firstSeen: new Date(firstSeen), lastSeen: new Date(lastSeen), tier })
}
