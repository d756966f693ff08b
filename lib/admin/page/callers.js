import { byId, duration, element, fill } from './dom.js'

const shown = 20

/**
 * @param {readonly import('../../../types/admin-api.ts').AdminUsage[]} usages from `api/versions/:id/usage`, for each deprecated version
 * @param {number} now
 */
export function showCallers (usages, now) {
  const used = usages.filter(({ callers }) => callers > 0)
  if (usages.length === 0) return fill(byId('callers-list'), [element('p', {}, 'No version is deprecated.')])
  if (used.length === 0) return fill(byId('callers-list'), [element('p', {}, 'No callers since this process started.')])
  fill(byId('callers-list'), used.map(({ version, callers, usage }) => element('details', { id: `callers-${version}`, open: true },
    element('summary', { id: `callers-of-${version}` }, `${version}: ${callers} ${callers === 1 ? 'caller' : 'callers'}`),
    element('div', { class: 'scroll' }, element('table', {},
      element('thead', {}, element('tr', {}, ...['Caller', 'Requests', 'Last seen', 'Chosen by'].map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...usage.slice(0, shown).map(({ consumer, count, lastSeen, tier }) => element('tr', {},
        element('th', { scope: 'row' }, consumer ?? 'unknown'),
        element('td', { class: 'number' }, String(count)),
        element('td', {}, `${duration(now - Date.parse(lastSeen))} ago`),
        element('td', {}, tier)))))))))
}
