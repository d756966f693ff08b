import { byId, element, fill } from './dom.js'

const shown = 50

/** @param {readonly import('../../../types/admin-api.ts').RecentRequest[]} requests from `api/requests` */
export function showRequests (requests) {
  /** @param {import('../../../types/admin-api.ts').RecentRequest} request */
  const cells = ({ at, id, method, path, status, durationMs, version, tier, source, requested, outcome, cause }) => [
    element('td', { title: `request id ${id}` }, element('time', { datetime: at }, at.slice(11, 19))),
    element('td', { class: 'path' }, `${method} ${path}`),
    element('td', { class: status >= 500 ? 'number bad' : 'number' }, String(status)),
    element('td', { class: 'number' }, String(durationMs)),
    element('td', {}, version ?? ''),
    element('td', { class: 'why' }, tier === null ? '' : `${tier}, ${source}${requested === null ? '' : `: ${requested}`}`),
    element('td', { class: outcome === 'served' ? '' : 'bad' }, cause === null ? outcome : `${outcome}: ${cause}`)
  ]
  fill(byId('request-rows'), requests.length === 0
    ? [element('tr', {}, element('td', { colspan: '7' }, 'No requests yet.'))]
    : requests.slice(0, shown).map((request) => element('tr', {}, ...cells(request))))
}

/** @param {readonly import('../../../types/admin-api.ts').AuditEntry[]} changes from `api/audit` */
export function showChanges (changes) {
  fill(byId('audit-list'), changes.length === 0
    ? [element('li', {}, 'No changes since this process started.')]
    : changes.map(({ at, actor, action, subject, values, reason, revision }) => element('li', {},
      element('time', { datetime: at }, at.slice(0, 19).replace('T', ' ')),
      ` ${actor}: ${[action, ...subject === null ? [] : [subject], ...Object.entries(values).map((each) => each.join(' '))].join(' ')}, ${revision === null ? 'rejected' : `revision ${revision}`}: ${reason}`)))
}
