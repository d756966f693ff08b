import { chart } from './chart.js'
import { byId, element, fill, showSection } from './dom.js'
import { countText, percentText, rateOf, rateText, total } from './numbers.js'
import { shareBar } from './svg.js'

/** @import { AdminLimit, AdminLimits } from '../../../types/admin-api.ts' */

/** @param {AdminLimits} answer from `api/limits` */
export function showLimits ({ limits, sliceMs, now }) {
  showSection('limits', limits.length > 0)
  fill(byId('limit-rows'), limits.map((limit) => row(limit, sliceMs, Date.parse(now))))
}

/**
 * @param {AdminLimit} limit
 * @param {number} sliceMs
 * @param {number} now
 */
function row ({ name, by, shadow, admitted, refused, callers }, sliceMs, now) {
  const all = admitted.map((count, index) => count + refused[index])
  const number = (/** @type {string} */ text, bad = false) => element('td', { class: bad ? 'number warn' : 'number' }, text)
  return element('tr', { id: `limit-${name}` },
    element('th', { scope: 'row' }, name, shadow ? element('span', { class: 'tag' }, 'only counts') : null, element('div', { class: 'small' }, `by ${by.join(', ')}`)),
    element('td', {}, chart({ requests: all, failed: all.map(() => 0), refused }, name)),
    number(rateText(rateOf(admitted, sliceMs, now))),
    number(rateText(rateOf(refused, sliceMs, now)), total(refused) > 0),
    number(percentText(100 * total(refused) / Math.max(1, total(all))), total(refused) > 0),
    element('td', {}, callersOf(callers)))
}

/** @param {AdminLimit['callers']} callers */
function callersOf (callers) {
  if (callers.length === 0) return element('span', { class: 'small' }, 'none')
  const most = callers[0].refused
  return element('ol', { class: 'callers' }, ...callers.map(({ values, refused }) => {
    const name = values.length === 0 ? 'all callers' : values.map(({ value }) => value).join(', ')
    return element('li', {},
      element('span', { class: 'caller', title: values.map(({ kind, value }) => `${kind} ${value}`).join(', ') }, name),
      shareBar(`${name}: ${countText(refused)} refused`, [['refused', refused / most]]),
      element('span', { class: 'number' }, countText(refused)))
  }))
}
