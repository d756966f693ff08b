import type { TestClock } from '../../types/testing.ts'

/**
 * Makes a clock that stands still until the test moves it, for the dates of versions and the lifetimes of tokens.
 *
 * @example
 * const { now, advance } = makeClock('2026-01-01')
 * const issuer = makeIssuer({ now })
 * await app.register(versionGateway, { versions, registry: { now }, identity: { providers: [issuer.provider()] } })
 * advance(3_600_000)
 */
export function makeClock (start: string | number | Date = Date.now()): TestClock {
  let time = timeOf(start)
  return {
    now: () => time,
    set: (to) => { time = timeOf(to) },
    advance: (milliseconds) => { time += milliseconds }
  }
}

function timeOf (timestamp: string | number | Date): number {
  const time = new Date(timestamp).getTime()
  if (Number.isNaN(time)) throw new TypeError(`${String(timestamp)} is not a date. Write it like '2026-12-31'.`)
  return time
}
