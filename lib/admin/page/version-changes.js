import { openDialog } from './change.js'
import { element } from './dom.js'

/** @import { AdminState, AdminVersion } from '../../../types/admin-api.ts' */

const inPath = encodeURIComponent
const optionsOf = (/** @type {AdminVersion[]} */ versions) => versions.map(({ id }) => element('option', { value: id }, id))

/** The changes of versions, by action. @type {Record<string, (subject: string, state: AdminState) => import('./change.js').Change>} */
const changes = {
  disable: (id, { versions }) => ({
    title: `Disable ${id}`,
    meaning: 'Requests for this version get 503 until it is enabled again.',
    confirm: 'Disable',
    path: `versions/${inPath(id)}/disable`,
    fields: [element('label', {}, 'Fallback for pins and the default ',
      element('select', { name: 'to' }, element('option', { value: '' }, 'none (503)'),
        ...optionsOf(versions.filter((other) => other.id !== id && other.state !== 'retired'))))]
  }),
  enable: (id) => ({
    title: `Enable ${id}`,
    meaning: 'Requests for this version are forwarded again.',
    confirm: 'Enable',
    path: `versions/${inPath(id)}/enable`
  }),
  retire: (id) => ({
    title: `Retire ${id}`,
    meaning: 'Requests for this version get 410. If the config sets onRetired to forward, the successor serves them.',
    confirm: 'Retire',
    path: `versions/${inPath(id)}/retire`,
    fields: [element('label', { class: 'check' }, element('input', { type: 'checkbox', name: 'force' }), ' Retire even if it has recent callers')]
  }),
  promote: (alias, { versions, aliases }) => ({
    title: `Move the alias ${alias}`,
    meaning: 'The alias points to the new version from the next request on.',
    confirm: 'Move',
    path: `aliases/${inPath(alias)}/promote`,
    // Omit the version that the alias already points to.
    fields: [element('label', {}, 'To ', element('select', { name: 'version' }, ...optionsOf(versions.filter(({ id }) => id !== aliases[alias]))))]
  }),
  rollback: () => ({
    title: 'Roll back to the previous revision',
    meaning: 'Restores the versions, aliases, rules and rollouts of the previous revision.',
    confirm: 'Roll back',
    path: 'rollback'
  })
}

/**
 * @param {string} action
 * @param {string} subject id or alias
 * @param {AdminState} state from `api/versions`
 * @param {() => Promise<void>} refresh
 */
export function openChange (action, subject, state, refresh) {
  openDialog(changes[action](subject, state), { revision: state.revision, subjectId: `version-${subject}`, refresh })
}
