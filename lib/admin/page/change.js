import { send } from './api.js'
import { byId, element, fill, say } from './dom.js'

/**
 * @typedef {object} Change
 * @property {(subject: string) => string} title
 * @property {string} meaning
 * @property {string} confirm
 * @property {(subject: string) => string} path of the API
 * @property {(state: import('./answers.d.ts').State, subject: string) => Node[]} fields what it needs beside a reason
 */

const optionsOf = (/** @type {import('./answers.d.ts').Version[]} */ versions) => versions.map(({ id }) => element('option', { value: id }, id))
const inPath = encodeURIComponent

/** @type {Record<string, Change>} */
const changes = {
  disable: {
    title: (id) => `Switch ${id} off`,
    meaning: 'Requests for it are answered with 503, until it is switched on again.',
    confirm: 'Switch off',
    path: (id) => `versions/${inPath(id)}/disable`,
    fields: (state, id) => [element('label', {}, 'Who serves those who did not ask for it themselves ',
      element('select', { name: 'to' }, element('option', { value: '' }, 'nobody: 503'),
        ...optionsOf(state.versions.filter((other) => other.id !== id && other.state !== 'retired'))))]
  },
  enable: {
    title: (id) => `Switch ${id} on`,
    meaning: 'Requests for it are forwarded again.',
    confirm: 'Switch on',
    path: (id) => `versions/${inPath(id)}/enable`,
    fields: () => []
  },
  retire: {
    title: (id) => `Retire ${id}`,
    meaning: 'Requests for it are answered with 410, unless the config says that its successor serves them.',
    confirm: 'Retire',
    path: (id) => `versions/${inPath(id)}/retire`,
    fields: () => [element('label', { class: 'check' }, element('input', { type: 'checkbox', name: 'force' }), ' although callers were seen lately')]
  },
  promote: {
    title: (alias) => `Move the alias ${alias}`,
    meaning: 'Whoever names the alias gets the other version from the next request on.',
    confirm: 'Move',
    path: (alias) => `aliases/${inPath(alias)}/promote`,
    // Not where it is already.
    fields: (state, alias) => [element('label', {}, 'To ', element('select', { name: 'version' },
      ...optionsOf(state.versions.filter(({ id }) => id !== state.aliases[alias]))))]
  },
  rollback: {
    title: () => 'Go back to the set before',
    meaning: 'All versions and aliases are as they were before the last change.',
    confirm: 'Go back',
    path: () => 'rollback',
    fields: () => []
  }
}

/** What the dialog is open for, and where the focus goes when it closes. @type {(() => Promise<void>) | null} */
let confirmed = null
let opener = ''
let subjectRow = ''

/**
 * Asks for what a change needs, and makes it. It is made only of the revision that was looked at.
 * @param {string} action
 * @param {string} subject id or alias
 * @param {import('./answers.d.ts').State} state of `api/versions`
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

/** Listens to the dialog's buttons. */
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

/** To the button that opened the dialog. It may be another one by now, or have gone. */
function focusBack () {
  const there = document.getElementById(opener) ?? document.getElementById(subjectRow)?.querySelector('button')
  there?.focus()
}

function dialog () {
  return /** @type {HTMLDialogElement} */ (byId('change'))
}
