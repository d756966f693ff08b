import { element } from './dom.js'
import { svg } from './svg.js'

const [width, height] = [300, 100]

/**
 * The values of one group, the most recent last. `null` breaks the line.
 * @typedef {{ kind: 'cohort' | 'control', name: string, values: ReadonlyArray<number | null> }} Line
 */

/**
 * Draws a line for each group over the last intervals, with the latest values above.
 * @param {object} chart
 * @param {string} chart.title
 * @param {readonly Line[]} chart.lines
 * @param {(value: number) => string} chart.text
 * @param {number} chart.least the lowest value for the top of the scale
 * @param {number | null} [chart.limit] draws a line at this value
 * @param {readonly string[]} chart.times of the intervals
 */
export function lineChart ({ title, lines, text, least, limit = null, times }) {
  const top = niceTop(Math.max(least, limit ?? 0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))))
  const latest = lines.map(({ kind, name, values }) => ({ kind, name, value: values.findLast((value) => value !== null) ?? null }))
  const valueText = (/** @type {number | null | undefined} */ value) => value === null || value === undefined ? 'no requests' : text(value)
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
    class: 'plot',
    'aria-label': `${title}: ${latest.map(({ name, value }) => `${name} ${valueText(value)}`).join(', ')}${limit === null ? '' : `, the guard stops above ${text(limit)}`}`
  })
  for (const part of [0, 0.5, 1]) picture.append(svg('path', { class: 'grid', d: `M0 ${part * height}H${width}` }))
  if (limit !== null) picture.append(svg('path', { class: 'limit', d: `M0 ${height - limit / top * height}H${width}` }))
  for (const { kind, values } of lines.toReversed()) picture.append(svg('path', { class: `line ${kind}`, d: pathOf(values, top) }))
  const column = width / times.length
  for (const [index, time] of times.entries()) {
    const each = lines.map(({ name, values }) => `${name} ${valueText(values[index])}`).join(', ')
    picture.append(svg('rect', { class: 'column', x: index * column, y: 0, width: column, height }, svg('title', {}, `${time}: ${each}`)))
  }
  return element('figure', {},
    element('figcaption', {}, element('strong', {}, title), ...latest.map(({ kind, name, value }) =>
      element('span', { class: 'latest' }, element('span', { class: `key ${kind}` }), ` ${name} `, element('b', {}, valueText(value))))),
    element('div', { class: 'scale' }, element('span', {}, text(top)), element('span', {}, text(0))),
    element('div', {}, picture),
    element('div', { class: 'times' }, element('span', {}, '5 min ago'), element('span', {}, 'now')))
}

/**
 * A value without neighbors is a dot: a line of no length, with round ends.
 * @param {ReadonlyArray<number | null>} values
 * @param {number} top
 */
function pathOf (values, top) {
  const step = width / values.length
  return values.map((value, index) => {
    if (value === null) return ''
    const place = `${((index + 0.5) * step).toFixed(1)} ${(height - value / top * height).toFixed(1)}`
    return (values[index - 1] ?? null) === null ? `M${place}L${place}` : `L${place}`
  }).join('')
}

/**
 * Rounds up to one, two or five times a power of ten.
 * @param {number} value
 */
function niceTop (value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find((factor) => value <= factor * power * 1.000001) ?? 10) * power
}
