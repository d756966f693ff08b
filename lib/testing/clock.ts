import type { TestClock } from '../../types/testing.ts'

/**
 * Makes a clock that stands still until the test moves it. It decides about dates of versions; tokens expire by the real time.
 *
 * @example
 * const clock = makeClock('2026-01-01')
 * await app.register(versionGateway, { versions, registry: { now: clock.now } })
 * clock.set('2026-12-31')
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
