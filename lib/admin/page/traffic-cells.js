import { chart } from './chart.js'
import { element } from './dom.js'
import { rateOf, rateText, total } from './numbers.js'

/**
 * Returns the cells of a table that show traffic: a chart, the rate, failures, and percentiles.
 * @param {import('../../../types/admin-api.ts').TrafficCounts | null} traffic
 * @param {{ what: string, sliceMs: number, now: number, percentiles: ReadonlyArray<'p50' | 'p95'> }} around
 */
export function trafficCells (traffic, { what, sliceMs, now, percentiles }) {
  const number = (/** @type {string} */ text, bad = false) => element('td', { class: bad ? 'number bad' : 'number' }, text)
  if (traffic === null) return [element('td', { class: 'small' }, 'no requests'), number('0'), number(''), ...percentiles.map(() => number(''))]
  const { requests, failed } = traffic
  const percent = 100 * total(failed) / Math.max(1, total(requests))
  return [
    element('td', {}, chart(traffic, what)),
    number(rateText(rateOf(requests, sliceMs, now))),
    number(`${percent.toFixed(percent > 0 && percent < 10 ? 1 : 0)} %`, percent > 0),
    ...percentiles.map((name) => number(traffic[name] === null ? '' : `${traffic[name]} ms`))
  ]
}
