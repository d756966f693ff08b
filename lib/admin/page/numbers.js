// How numbers are shown, and rates of traffic.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Milliseconds over which the current rate is averaged. */
const rateMs = 30_000

/** @param {number} count */
export function countText (count) {
  return whole.format(count)
}

/**
 * A share with two significant digits below 10 %.
 * @param {number} percent from 0 to 100
 */
export function percentText (percent) {
  const digits = percent === 0 || percent >= 10 ? 1 : percent >= 1 ? 2 : 3
  return `${Number(percent.toFixed(digits))} %`
}

/** @param {number} perSecond */
export function rateText (perSecond) {
  return perSecond < 10 ? perSecond.toFixed(1) : whole.format(perSecond)
}

/** @param {readonly number[]} numbers */
export function total (numbers) {
  return numbers.reduce((sum, each) => sum + each, 0)
}

/**
 * Returns the number of events per second in the last half minute. The last interval has only begun.
 * @param {readonly number[]} counts
 * @param {number} sliceMs
 * @param {number} now
 */
export function rateOf (counts, sliceMs, now) {
  const slices = Math.round(rateMs / sliceMs)
  return total(counts.slice(-slices)) / (((slices - 1) * sliceMs + now % sliceMs + 1) / 1000)
}

/**
 * Returns the share of failed requests among those that were not refused, from 0 to 100; `null` without any.
 * @param {number} requests
 * @param {number} failed
 * @param {number} refused
 */
export function failedPercent (requests, failed, refused) {
  const answered = requests - refused
  return answered === 0 ? null : 100 * failed / answered
}
