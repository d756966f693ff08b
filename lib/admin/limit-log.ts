import { hash } from 'node:crypto'
import type { AdminLimit, LimitCaller } from '../../types/admin-api.ts'
import type { LimitState, LimitTake } from '../../types/limits.ts'
import { Callers } from './callers.ts'
import { Intervals } from './intervals.ts'
import { groupIntervals } from './traffic-log.ts'

/** Maximum number of callers of a limit in a response. */
const maxCallers = 10

/** A limit that was used since the process started. Their names come from the config. */
interface Used {
  readonly by: readonly string[]
  shadow: boolean
  readonly intervals: Intervals<{ admitted: number, refused: number }>
  readonly callers: Callers
}

/** Counts the requests that rate limits admit and refuse, and the callers that they refuse. */
export class LimitLog {
  readonly #limits = new Map<string, Used>()

  add ({ key, rule: { name, by, shadow } }: LimitTake, { allowed }: LimitState, now: number): void {
    let used = this.#limits.get(name)
    if (used === undefined) {
      used = { by, shadow, intervals: new Intervals(groupIntervals, emptySlice), callers: new Callers() }
      this.#limits.set(name, used)
    }
    used.shadow = shadow
    used.intervals.at(name, now)![allowed ? 'admitted' : 'refused']++
    if (!allowed) used.callers.add(key, now)
  }

  list (now: number): AdminLimit[] {
    return Array.from(this.#limits, ([name, { by, shadow, intervals, callers }]) => {
      const each = intervals.of(name, now)
      return {
        name,
        by,
        shadow,
        admitted: each.map((slice) => slice?.admitted ?? 0),
        refused: each.map((slice) => slice?.refused ?? 0),
        callers: callers.top(maxCallers, now).map(({ caller, count }) => ({ values: callerOf(by, caller), refused: count }))
      }
    })
  }
}

const emptySlice = () => ({ admitted: 0, refused: 0 })

/** Describes the caller of a counter. A limit by claim also counts each identity provider separately. */
function callerOf (by: readonly string[], key: string): LimitCaller['values'] {
  return valuesOf(key).map((value, index) => {
    const kind = by[index] ?? 'provider'
    return { kind, value: /^(header|cookie):/.test(kind) ? fingerprint(value) : value }
  }).filter(({ kind }) => kind !== 'global')
}

/** A value that is hashed because it is long, or the length of one that follows. */
const valueStart = /^(?:(#[\w-]{43})|(\d+):)/

/** Reads the values of a counter's key: `per-tenant/b1000/4:acme`. */
function valuesOf (key: string): string[] {
  const values: string[] = []
  let rest = key.split('/').slice(2).join('/')
  let found = valueStart.exec(rest)
  while (found !== null) {
    const [start, hashed, length] = found
    const end = start.length + Number(length ?? 0)
    values.push(hashed ?? rest.slice(start.length, end))
    rest = rest.slice(end)
    found = valueStart.exec(rest)
  }
  return values
}

/** Values of headers and cookies may be secret. */
function fingerprint (value: string): string {
  return `#${hash('sha256', value, 'hex').slice(0, 12)}`
}
