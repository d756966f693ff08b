// Small helpers to make and fill elements. Nothing here takes HTML: all that is shown is text.

/**
 * Makes an element.
 * @param {string} tag
 * @param {Record<string, string | boolean | EventListener | undefined>} [attributes] those that begin with `on` are listeners
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
 * The element with an id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId (id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}

/**
 * Puts children in the place of those before. The focus stays where it was, on what has the same id, and what was closed stays closed.
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
 * Shows something when it is not what was shown before: who selects a text keeps it.
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
 * Shows a text, and touches the page only when it is another one: screen readers tell of every touch.
 * @param {Element} parent
 * @param {string} text
 */
export function say (parent, text) {
  if (parent.textContent !== text) parent.textContent = text
}

/**
 * How long something is away, in the largest unit that fits.
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
