import { send } from './api.js'
import { byId, fill, say } from './dom.js'

/**
 * A change, as the dialog shows it.
 * @typedef {object} Change
 * @property {string} title
 * @property {string} meaning
 * @property {string} confirm
 * @property {string} path of the API
 * @property {Node[]} [fields] the inputs besides the reason
 */

/** Applies the change shown in the dialog. @type {(() => Promise<void>) | null} */
let confirmed = null
/** Id of the element that had the focus when the dialog opened. */
let opener = ''
/** Id of the element whose first button gets the focus if that element no longer exists. */
let subject = ''

/**
 * Opens the dialog for a change. The change is only applied if the revision is still the one that the page showed.
 * @param {Change} change
 * @param {{ revision: number, subjectId: string, refresh: () => Promise<void> }} around `subjectId`: of the element that shows the subject
 */
export function openDialog ({ title, meaning, confirm, path, fields = [] }, { revision, subjectId, refresh }) {
  const form = /** @type {HTMLFormElement} */ (byId('change-form'))
  form.reset()
  say(byId('change-title'), title)
  say(byId('change-meaning'), meaning)
  say(byId('change-problem'), '')
  say(byId('change-confirm'), confirm)
  fill(byId('change-fields'), fields)
  confirmed = async () => {
    const made = /** @type {{ revision: number }} */ (await send(path, { ...valuesOf(form), revision }))
    dialog().close()
    await refresh()
    say(byId('said'), `Done: ${title}. Revision ${made.revision}.`)
    focusBack()
  }
  opener = document.activeElement?.id ?? ''
  subject = subjectId
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

const numbers = new Set(['percent', 'openRings'])

/**
 * Returns the values of the fields, without empty ones.
 * @param {HTMLFormElement} form
 */
function valuesOf (form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== '')
  return Object.fromEntries(filled.map(([name, value]) => [name, name === 'force' ? true : numbers.has(name) ? Number(value) : value]))
}

/** Moves the focus to the button that opened the dialog. If a refresh has removed it, another one of the same subject gets the focus. */
function focusBack () {
  const there = document.getElementById(opener) ?? document.getElementById(subject)?.querySelector('button')
  there?.focus()
}

function dialog () {
  return /** @type {HTMLDialogElement} */ (byId('change'))
}
