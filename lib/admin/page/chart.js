const [width, height] = [120, 32]

/**
 * Draws the recent requests as a bar chart, with one bar for each interval.
 * @param {{ requests: readonly number[], failed: readonly number[], refused: readonly number[] }} traffic
 * @param {string} what what the requests belong to, for the label
 */
export function chart (traffic, what) {
  const { requests, failed, refused } = traffic
  const highest = Math.max(1, ...requests)
  const bar = width / requests.length
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width: String(width), height: String(height), role: 'img', class: 'chart' })
  picture.setAttribute('aria-label', `${what}: ${total(requests)} requests, ${total(failed)} failed, ${total(refused)} refused`)
  for (const [index, count] of requests.entries()) {
    const parts = /** @type {const} */ ([['failed', failed[index]], ['refused', refused[index]], ['served', count - failed[index] - refused[index]]])
    let bottom = height
    for (const [part, value] of parts) {
      if (value === 0) continue
      const tall = Math.max(1, value / highest * (height - 2))
      bottom -= tall
      picture.append(svg('rect', { class: part, x: String(index * bar), y: String(bottom), width: String(bar - 0.5), height: String(tall) }))
    }
  }
  return picture
}

/** @param {readonly number[]} numbers */
export function total (numbers) {
  return numbers.reduce((sum, each) => sum + each, 0)
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 */
function svg (tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
