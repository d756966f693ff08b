import { send } from './api.js'
import { byId, element, fill, say } from './dom.js'

/**
 * @typedef {object} Change
 * @property {(subject: string) => string} title
 * @property {string} meaning
 * @property {string} confirm
 * @property {(subject: string) => string} path of the API
 * @property {(state: import('../../../types/admin-api.ts').AdminState, subject: string) => Node[]} fields the inputs besides the reason
 */

const optionsOf = (/** @type {import('../../../types/admin-api.ts').AdminVersion[]} */ versions) => versions.map(({ id }) => element('option', { value: id }, id))
const inPath = encodeURIComponent

/** @type {Record<string, Change>} */
const changes = {
  disable: {
    title: (id) => `Disable ${id}`,
    meaning: 'Requests for this version get 503 until it is enabled again.',
    confirm: 'Disable',
    path: (id) => `versions/${inPath(id)}/disable`,
    fields: (state, id) => [element('label', {}, 'Fallback for pins and the default ',
      element('select', { name: 'to' }, element('option', { value: '' }, 'none (503)'),
        ...optionsOf(state.versions.filter((other) => other.id !== id && other.state !== 'retired'))))]
  },
  enable: {
    title: (id) => `Enable ${id}`,
    meaning: 'Requests for this version are forwarded again.',
    confirm: 'Enable',
    path: (id) => `versions/${inPath(id)}/enable`,
    fields: () => []
  },
  retire: {
    title: (id) => `Retire ${id}`,
    meaning: 'Requests for this version get 410. If the config sets onRetired to forward, the successor serves them.',
    confirm: 'Retire',
    path: (id) => `versions/${inPath(id)}/retire`,
    fields: () => [element('label', { class: 'check' }, element('input', { type: 'checkbox', name: 'force' }), ' Retire even if it has recent callers')]
  },
  promote: {
    title: (alias) => `Move the alias ${alias}`,
    meaning: 'The alias points to the new version from the next request on.',
    confirm: 'Move',
    path: (alias) => `aliases/${inPath(alias)}/promote`,
    // Omit the version that the alias already points to.
    fields: (state, alias) => [element('label', {}, 'To ', element('select', { name: 'version' },
      ...optionsOf(state.versions.filter(({ id }) => id !== state.aliases[alias]))))]
  },
  rollback: {
    title: () => 'Roll back to the previous revision',
    meaning: 'Restores the versions and aliases of the previous revision.',
    confirm: 'Roll back',
    path: () => 'rollback',
    fields: () => []
  }
}

/** Applies the change shown in the dialog. @type {(() => Promise<void>) | null} */
let confirmed = null
/** Id of the element that had the focus when the dialog opened. */
let opener = ''
/** Id of the row whose button gets the focus if that element no longer exists. */
let subjectRow = ''

/**
 * Opens the dialog for a change. The change is only applied if the revision is still the one that the page showed.
 * @param {string} action
 * @param {string} subject id or alias
 * @param {import('../../../types/admin-api.ts').AdminState} state from `api/versions`
 * @param {() => Promise<void>} refresh
 */
export function openChange (action, subject, state, refresh) {
  const { title, meaning, confirm, path, fields } = changes[action]
  const form = /** @type {HTMLFormElement} */ (byId('change-form'))
  form.reset()
  say(byId('change-title'), title(subject))
  say(byId('change-meaning'), meaning)
  say(byId('change-problem'), '')
  say(byId('change-confirm'), confirm)
  fill(byId('change-fields'), fields(state, subject))
  confirmed = async () => {
    const { force, to, ...others } = Object.fromEntries(new FormData(form))
    const body = { ...others, ...force !== undefined && { force: true }, ...to && { to }, revision: state.revision }
    const { revision } = /** @type {{ revision: number }} */ (await send(path(subject), body))
    dialog().close()
    await refresh()
    say(byId('said'), `Done: ${title(subject)}. Revision ${revision}.`)
    focusBack()
  }
  opener = document.activeElement?.id ?? ''
  subjectRow = `version-${subject}`
  dialog().showModal()
}

/** Adds the listeners of the dialog. */
export function listenToChanges () {
  byId('change-form').addEventListener('submit', (event) => {
    event.preventDefault()
    const button = /** @type {HTMLButtonElement} */ (byId('change-confirm'))
    if (button.disabled) return
    button.disabled = true
    confirmed?.().catch((error) => say(byId('change-problem'), error.message)).finally(() => { button.disabled = false })
  })
  dialog().addEventListener('close', focusBack)
  byId('change-cancel').addEventListener('click', () => dialog().close())
}

/** Moves the focus to the button that opened the dialog. If a refresh has removed it, a button in the same row gets the focus. */
function focusBack () {
  const there = document.getElementById(opener) ?? document.getElementById(subjectRow)?.querySelector('button')
  there?.focus()
}

function dialog () {
  return /** @type {HTMLDialogElement} */ (byId('change'))
}
