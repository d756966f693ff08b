import { byId, element, fill, showSection } from './dom.js'
import { countText, percentText } from './numbers.js'
import { shareBar } from './svg.js'

/** @import { AdminMirror, AdminMirrorPlace, AdminShadow } from '../../../types/admin-api.ts' */

/** The outcomes of copies, with the class of their color. */
const outcomes = /** @type {const} */ ([['same', 'good'], ['differs', 'failed'], ['sent', 'served'], ['failed', 'refused'], ['dropped', 'idle']])

/** Labels of the kinds of difference. */
const kinds = { value: 'another value', type: 'another type', missing: 'missing', added: 'added', length: 'another length' }

/** @param {AdminShadow} answer from `api/shadow` */
export function showShadow ({ mirrors }) {
  showSection('shadow', mirrors.length > 0)
  fill(byId('shadow-list'), mirrors.map(card))
}

/** @param {AdminMirror} mirror */
function card (mirror) {
  const { from, to, outcomes: counts, places, noise } = mirror
  const title = `shadow-title-${mirror.mirror}-${from}-${to}`
  const all = Math.max(1, outcomes.reduce((sum, [name]) => sum + counts[name], 0))
  const used = outcomes.filter(([name]) => counts[name] > 0)
  return element('article', { class: 'card', 'aria-labelledby': title },
    element('div', { class: 'card-head' },
      element('h3', { id: title }, mirror.mirror),
      element('span', {}, `copies of ${from} to ${to}`)),
    shareBar(`Copies: ${used.map(([name]) => `${countText(counts[name])} ${name}`).join(', ')}`, used.map(([name, kind]) => [kind, counts[name] / all])),
    element('p', { class: 'legend' }, ...used.flatMap(([name, kind]) => [element('span', { class: `key ${kind}` }), ` ${countText(counts[name])} ${name} `])),
    ...places.length === 0
      ? [element('p', {}, counts.same === 0 ? 'No response was compared yet.' : `No response of ${to} differs from that of ${from}.`)]
      : [element('p', {}, sentence(mirror, places[0])), table(places, title)],
    noise === 0 ? null : element('p', { class: 'small' }, `Not compared, because they differ from request to request: ${noise} ${noise === 1 ? 'place' : 'places'}.`))
}

/**
 * @param {AdminMirror} mirror
 * @param {AdminMirrorPlace} place
 */
function sentence ({ from, to }, { share, method, route, at }) {
  return `${to} differs from ${from} in ${percentText(100 * share)} of ${method} ${route}, at ${at}.`
}

/**
 * @param {readonly AdminMirrorPlace[]} places
 * @param {string} title id of the heading
 */
function table (places, title) {
  return element('div', { class: 'scroll short', tabindex: '0', role: 'region', 'aria-labelledby': title }, element('table', {},
    element('thead', {}, element('tr', {}, ...['Request', 'Where', 'Difference', 'Share'].map((name) => element('th', { scope: 'col' }, name)),
      element('th', { scope: 'col', class: 'number' }, 'Responses'))),
    element('tbody', {}, ...places.map(({ method, route, at, kind, share, count }) => element('tr', {},
      element('td', {}, element('code', {}, `${method} ${route}`)),
      element('td', { class: 'path' }, at),
      element('td', {}, kinds[kind]),
      element('td', {}, element('div', { class: 'with-bar' }, shareBar(`${percentText(100 * share)} of responses`, [['failed', share]]), percentText(100 * share))),
      element('td', { class: 'number' }, countText(count)))))))
}
