import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { LimitCondition, LimitRule, LimitTake, RateLimit } from '../../types/limits.ts'
import { needsDecision, normalizeLimit, type ResolvedLimit } from '../config/normalize-limits.ts'
import { splitAbsolute, splitTarget } from '../http/request-target.ts'
import { normalPath } from '../routes/normal-path.ts'
import { callSync } from '../shared/call-sync.ts'
import { contextOf } from '../stage/context.ts'
import { encoded, keyReader, type KeyReader, splitKey } from './limit-keys.ts'

/** The properties of requests that decide when a limit is checked. */
interface Reads {
  /** Request headers in lower case. */
  readonly headers: readonly string[]
  /** The rule that matches. */
  readonly rule: boolean
  /** Whether it is checked after the decision in any case. */
  readonly decision: boolean
}

/** A limit of the config, prepared for requests. */
export class Limit {
  readonly rule: LimitRule
  readonly reads: Reads
  /** Describes it in a sentence of `explain()`. */
  readonly description: string
  readonly #config: ResolvedLimit
  readonly #readers: readonly KeyReader[]
  readonly #hasClaim: boolean
  /** Rules for single values of the first key. */
  readonly #quotas: ReadonlyMap<string, LimitRule>
  /** Beginning of the counters' keys. Counters of another kind or period would have another unit. */
  readonly #keyPrefix: string
  /** `null` if it applies to all paths. */
  readonly #isBelow: ((url: string) => boolean) | null

  /** @param ignoresCase whether the router does */
  constructor (config: RateLimit, ignoresCase: boolean) {
    const resolved = this.#config = normalizeLimit(config)
    const { name, algorithm, requests, burst, periodMs, by, shadow, quotas } = resolved
    this.rule = { name, by, algorithm, requests, periodMs, burst, shadow }
    this.reads = readsOf(resolved)
    this.description = `${name} (${requests} per ${resolved.per} by ${by.join(' and ')}${shadow ? ', only counted' : ''})`
    this.#readers = by.map(keyReader)
    const paths = typeof resolved.when === 'object' ? resolved.when.paths : undefined
    this.#isBelow = paths === undefined ? null : belowSome(paths, ignoresCase)
    this.#hasClaim = by.some((key) => key.startsWith('claim:'))
    this.#quotas = new Map(Object.entries(quotas).map(([value, quota]) =>
      [value, { ...this.rule, requests: quota, burst: config.burst ?? quota }]))
    this.#keyPrefix = `${name}/${algorithm === 'fixed-window' ? 'w' : 'b'}${periodMs}/`
  }

  /** Returns the tokens to take for a request; `null` if the limit does not apply to it. */
  takeFor (request: FastifyRequest): LimitTake | null {
    if (!this.#applies(request)) return null
    const values: string[] = []
    for (const read of this.#readers) {
      const value = read(request)
      if (value === null) return null
      values.push(value)
    }
    const cost = this.#costOf(request)
    if (cost === 0) return null
    const rule = this.#quotas.get(values[0]!) ?? this.rule
    // Two issuers may use the same value for different callers.
    if (this.#hasClaim) values.push(request.identity!.provider)
    return { key: this.#keyPrefix + values.map(encoded).join(''), cost: Math.min(cost, rule.burst), rule }
  }

  #applies (request: FastifyRequest): boolean {
    const { when, name } = this.#config
    if (when === undefined) return true
    if (when === 'route') return contextOf(request).match?.rule.config.limits?.includes(name) === true
    if (typeof when !== 'function') return meets(request, when) && (this.#isBelow === null || this.#isBelow(request.originalUrl))
    // A limit that fails must not let everything pass.
    return this.#call(request.log, 'when', () => Boolean(callSync(when, request)), true)
  }

  #costOf (request: FastifyRequest): number {
    const { cost } = this.#config
    return typeof cost === 'number' ? cost : this.#call(request.log, 'cost', () => checkedCost(callSync(cost, request)), 1)
  }

  #call<Value> (log: FastifyBaseLogger, option: string, call: () => Value, otherwise: Value): Value {
    try {
      return call()
    } catch (err) {
      log.error({ err, limit: this.rule.name }, `${option} of a rate limit failed`)
      return otherwise
    }
  }
}

/** Kinds of keys that distinguish clients before the identity is known. */
const ofClients = new Set(['ip', 'header', 'cookie'])

function readsOf ({ by, when, cost, phase }: ResolvedLimit): Reads {
  const keys = by.map(splitKey)
  const isShared = phase === undefined && !keys.some(([kind]) => ofClients.has(kind))
  return {
    headers: keys.flatMap(([kind, name]) => kind === 'header' ? [name.toLowerCase()] : []),
    rule: when === 'route' || keys.some(([kind]) => kind === 'route'),
    decision: phase === 'after-decision' || isShared || needsDecision({ by, when, cost })
  }
}

function meets ({ raw, version }: FastifyRequest, { methods, versions }: LimitCondition): boolean {
  if (methods?.includes(raw.method!) === false) return false
  return versions === undefined || (version != null && versions.includes(version.id))
}

/** Makes the function that tells whether a request target is below a path. A path that cannot be normalized counts as below all of them. */
function belowSome (paths: readonly string[], ignoresCase: boolean): (url: string) => boolean {
  const compared = (path: string): string => ignoresCase ? path.toLowerCase() : path
  const prefixes = paths.map((path) => compared(normalPath(path) ?? path).replace(/\/?$/, '/'))
  return (url) => {
    const path = normalPath(splitTarget(splitAbsolute(url)[1])[0])
    return path === null || prefixes.some((prefix) => `${compared(path)}/`.startsWith(prefix))
  }
}

/** @throws TypeError */
function checkedCost (cost: unknown): number {
  if (typeof cost === 'number' && cost >= 0 && cost < Infinity) return cost
  throw new TypeError(`it must return a number of at least 0, not ${String(cost)}`)
}
