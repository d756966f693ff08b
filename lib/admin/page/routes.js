import { read } from './api.js'
import { byId, element, fill, say, showSection, whenChanged } from './dom.js'
import { countText, percentText } from './numbers.js'
import { trafficCells } from './traffic-cells.js'

/** @import { AdminRoute, AdminRoutes } from '../../../types/admin-api.ts' */

/** Milliseconds without a key press after which the filter applies. */
const pauseMs = 200

const show = whenChanged(showRoutes)

/** Reads and shows the rules that the filter selects. */
export async function refreshRoutes () {
  const filter = filterField().value.trim()
  /** @type {AdminRoutes} */
  const answer = await read(`routes?filter=${encodeURIComponent(filter)}`)
  // Another text may have been entered in the meantime.
  if (filterField().value.trim() === filter) show(answer)
}

export function listenToFilter () {
  let timer = 0
  filterField().addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => { refreshRoutes().catch((error) => say(byId('route-count'), error.message)) }, pauseMs)
  })
}

/** @param {AdminRoutes} answer */
function showRoutes ({ total, found, routes, unmatched, sliceMs, now }) {
  showSection('routes', total > 0)
  const around = { sliceMs, now: Date.parse(now), percentiles: /** @type {const} */ (['p95']) }
  const rows = routes.map((route) => row(route, around))
  if (unmatched !== null) {
    rows.push(element('tr', { class: 'undecided' }, element('th', { scope: 'row' }, 'none'),
      element('td', { colspan: '2' }, 'Requests that match no rule'), ...trafficCells(unmatched, { ...around, what: 'no rule' })))
  }
  fill(byId('route-rows'), rows)
  const matching = found === total ? `${countText(total)} ${total === 1 ? 'rule' : 'rules'}.` : `${countText(found)} of ${countText(total)} rules match.`
  say(byId('route-count'), found > routes.length ? `${matching} The ${routes.length} busiest are shown.` : matching)
}

/**
 * @param {AdminRoute} route
 * @param {{ sliceMs: number, now: number, percentiles: readonly ['p95'] }} around
 */
function row (route, around) {
  const { name, hosts, matches, invalid, traffic } = route
  return element('tr', { id: `route-${name}` },
    element('th', { scope: 'row' }, name, invalid === null ? null : element('span', { class: 'state disabled', title: invalid }, 'invalid')),
    element('td', { class: 'matches' },
      hosts.length === 0 ? null : element('div', { class: 'small' }, hosts.join(', ')),
      ...matches.map((match) => element('div', {}, element('code', {}, match)))),
    element('td', {}, ...targetsOf(route)),
    ...trafficCells(traffic, { ...around, what: name }))
}

/** @param {AdminRoute} route */
function targetsOf ({ targets, response, invalid }) {
  if (invalid !== null) return [element('span', { class: 'bad' }, `500: ${invalid}`)]
  if (response !== null) return [response]
  if (targets.length === 0) return [element('span', { class: 'small' }, 'as resolvers decide')]
  return [element('ul', { class: 'plain' }, ...targets.map(({ version, share }) =>
    element('li', {}, version, targets.length === 1 ? null : element('span', { class: 'small' }, ` ${percentText(100 * share)}`))))]
}

function filterField () {
  return /** @type {HTMLInputElement} */ (byId('route-filter'))
}
