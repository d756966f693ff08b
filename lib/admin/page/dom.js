// Helpers that create and fill elements. They insert text only, never HTML.

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, string | boolean | EventListener | undefined>} [attributes] functions are listeners (`onclick`)
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function element (tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value)
    else if (value === true) made.setAttribute(name, '')
    else if (typeof value === 'string') made.setAttribute(name, value)
  }
  made.append(...children.filter((child) => child !== null))
  return made
}

/**
 * Returns the element with an id, which must exist.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId (id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}

/**
 * Shows or hides a section and the link to it.
 * @param {string} name
 * @param {boolean} isShown
 */
export function showSection (name, isShown) {
  byId(`${name}-section`).hidden = !isShown
  byId(`${name}-link`).hidden = !isShown
}

/**
 * Replaces the children of an element. The focused element and closed `<details>` are restored by their ids.
 * @param {Element} parent
 * @param {Node[]} children
 */
export function fill (parent, children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : ''
  const closed = [...parent.querySelectorAll('details:not([open])')].map(({ id }) => id)
  parent.replaceChildren(...children)
  for (const id of closed) document.getElementById(id)?.removeAttribute('open')
  if (focused) document.getElementById(focused)?.focus()
}

/**
 * Wraps a function so that it only runs if its argument has changed. This keeps text that the user has selected.
 * @template Shown
 * @param {(shown: Shown) => void} show
 * @returns {(shown: Shown) => void}
 */
export function whenChanged (show) {
  let before = ''
  return (shown) => {
    const text = JSON.stringify(shown)
    if (text === before) return
    before = text
    show(shown)
  }
}

/**
 * Sets the text of an element if it has changed, because screen readers announce every update.
 * @param {Element} parent
 * @param {string} text
 */
export function say (parent, text) {
  if (parent.textContent !== text) parent.textContent = text
}

/**
 * Formats the absolute value of a duration in its largest unit: `2 days`.
 * @param {number} milliseconds
 */
export function duration (milliseconds) {
  const amount = Math.abs(milliseconds)
  for (const [unit, size] of /** @type {const} */ ([['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]])) {
    const count = Math.floor(amount / size)
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return 'less than a minute'
}
