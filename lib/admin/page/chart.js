import { total } from './numbers.js'
import { svg } from './svg.js'

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
  const label = `${what}: ${total(requests)} requests, ${total(failed)} failed, ${total(refused)} refused`
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', class: 'chart', 'aria-label': label })
  for (const [index, count] of requests.entries()) {
    const parts = /** @type {const} */ ([['failed', failed[index]], ['refused', refused[index]], ['served', count - failed[index] - refused[index]]])
    let bottom = height
    for (const [part, value] of parts) {
      if (value === 0) continue
      const tall = Math.max(1, value / highest * (height - 2))
      bottom -= tall
      picture.append(svg('rect', { class: part, x: index * bar, y: bottom, width: bar - 0.5, height: tall }))
    }
  }
  return picture
}
