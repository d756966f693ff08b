/**
 * Creates an SVG element.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg (tag, attributes, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS('http://www.w3.org/2000/svg', tag))
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  made.append(...children)
  return made
}

/**
 * Draws shares of a whole as a bar.
 * @param {string} label for screen readers
 * @param {ReadonlyArray<readonly [kind: string, share: number]>} parts classes with shares from 0 to 1
 */
export function shareBar (label, parts) {
  const picture = svg('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', role: 'img', class: 'share', 'aria-label': label })
  let start = 0
  for (const [kind, share] of parts) {
    if (share > 0) picture.append(svg('rect', { class: kind, x: start, y: 0, width: share * 100, height: 8 }))
    start += share * 100
  }
  return picture
}
