import type { FastifyBaseLogger } from 'fastify'
import type { Claims, Identity } from '../../types/index.ts'
import { showClaim, readClaim } from './claim-path.ts'
import { similarClaim } from './similar-claim.ts'

/** Requests without a claim before it is likely that no token has it. */
const suspicious = 50
/** Milliseconds between two warnings about the same option. */
const windowMs = 10 * 60_000

/** An option that reads a claim, and what is known about the claim. */
export interface ClaimReader {
  /** Where the option is: `resolve.pin[0]`. */
  readonly option: string
  readonly names: readonly string[]
  /** Name of the provider whose tokens are read; `null` for all. */
  readonly provider: string | null
  /** Requests whose verified token lacks the claim. */
  absent: number
  /** Whether any token has had the claim: its path is right. */
  isFound: boolean
  /** No warning before this time, in milliseconds. */
  silentUntil: number
}

/** Shared by all tokens that lack nothing. */
const none: readonly ClaimReader[] = []

/**
 * Finds options that read a claim which no token has. A misspelled path is not an error: such a claim is absent, so that
 * every caller gets what callers without the claim get.
 */
export class ClaimReaders {
  readonly #all: ClaimReader[] = []
  readonly #known: Map<string, ClaimReader>
  readonly #log: Pick<FastifyBaseLogger, 'warn'>
  readonly #now: () => number

  /** @param known what earlier apps have found out */
  constructor (known: Map<string, ClaimReader>, log: Pick<FastifyBaseLogger, 'warn'>, now = () => performance.now()) {
    this.#known = known
    this.#log = log
    this.#now = now
  }

  add (option: string, names: readonly string[], provider: string | null = null): void {
    const key = JSON.stringify([option, names, provider])
    const reader = this.#known.get(key) ?? { option, names, provider, absent: 0, isFound: false, silentUntil: 0 }
    this.#known.set(key, reader)
    this.#all.push(reader)
  }

  list (): readonly ClaimReader[] {
    return this.#all
  }

  /** Returns the readers that do not find their claim in a verified token. It is called once per token, not per request. */
  failing (claims: Claims, provider: string): readonly ClaimReader[] {
    const failing = this.#all.filter((reader) => {
      if (reader.provider !== null && reader.provider !== provider) return false
      const isAbsent = readClaim(claims, reader.names) === undefined
      if (!isAbsent) reader.isFound = true
      return isAbsent
    })
    return failing.length === 0 ? none : failing
  }

  /** Counts a request with a verified token. */
  count ({ failing, identity }: { readonly failing: readonly ClaimReader[], readonly identity: Identity }): void {
    for (const reader of failing) {
      reader.absent++
      if (!reader.isFound && reader.absent >= suspicious) this.#warn(reader, identity.claims)
    }
  }

  #warn (reader: ClaimReader, claims: Claims): void {
    const now = this.#now()
    if (now < reader.silentUntil) return
    reader.silentUntil = now + windowMs
    const { option, names, absent } = reader
    const similar = similarClaim(claims, names)
    this.#log.warn({ option, claim: showClaim(names), requests: absent, ...similar !== undefined && { similar: showClaim(similar) } },
      'no verified token has had the claim that this option reads: its path may be misspelled')
  }
}
