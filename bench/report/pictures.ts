import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContenderResult } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import type { Curve } from '../scale.ts'

// Small SVG charts for README and docs. The text color is readable on light and on dark backgrounds.

const ink = '#6e7781'
const ours = '#0969da'
const others = '#afb8c1'
const width = 640

/** @returns the path of the file */
export async function writePicture (folder: string, name: string, svg: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${name}.svg`)
  await writeFile(path, svg)
  return path
}

/** A bar chart of the CPU time per request, fastest contender first. */
export function barsOf (title: string, results: readonly ContenderResult[]): string {
  const bars = results.filter(({ unavailable }) => unavailable === null)
    .map(({ label, key, cpu }) => ({ label, isOurs: key.startsWith('ours'), value: median(cpu) }))
    .toSorted((a, b) => a.value - b.value)
  const most = Math.max(...bars.map(({ value }) => value))
  const [left, right, row] = [300, 60, 26]
  const lines = bars.map(({ label, isOurs, value }, index) => {
    const y = 44 + index * row
    const length = Math.max(1, (width - left - right) * value / most)
    return `<text x="${left - 10}" y="${y + 13}" text-anchor="end"${isOurs ? ' font-weight="bold"' : ''}>${escapeXml(label)}</text>` +
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" rx="2" fill="${isOurs ? ours : others}"/>` +
      `<text x="${left + length + 6}" y="${y + 13}">${value.toFixed(0)}</text>`
  })
  return picture(`${title}: CPU microseconds per request`, 52 + bars.length * row, lines)
}

/** A line chart of the cost by size, with a logarithmic size axis. A flat line means that the size does not matter. */
export function curveOf ({ name, points }: Curve): string {
  const [left, right, top, bottom, height] = [60, 30, 50, 40, 220]
  const most = Math.max(...points.map(({ nanoseconds }) => nanoseconds)) * 1.5
  const [first, last] = [Math.log10(Math.max(1, points[0]!.size)), Math.log10(points.at(-1)!.size)]
  const x = (size: number): number => left + (width - left - right) * (Math.log10(Math.max(1, size)) - first) / (last - first)
  const y = (nanoseconds: number): number => height - bottom - (height - top - bottom) * nanoseconds / most
  const line = points.map(({ size, nanoseconds }) => `${x(size).toFixed(1)},${y(nanoseconds).toFixed(1)}`).join(' ')
  const marks = points.map(({ size, nanoseconds }) =>
    `<circle cx="${x(size).toFixed(1)}" cy="${y(nanoseconds).toFixed(1)}" r="4" fill="${ours}"/>` +
    `<text x="${x(size).toFixed(1)}" y="${(y(nanoseconds) - 10).toFixed(1)}" text-anchor="middle">${(nanoseconds / 1000).toFixed(1)}</text>` +
    `<text x="${x(size).toFixed(1)}" y="${height - bottom + 20}" text-anchor="middle">${size.toLocaleString('en')}</text>`)
  return picture(`${name}: microseconds in the stages before the proxy`, height, [
    `<line x1="${left}" y1="${height - bottom}" x2="${width - right}" y2="${height - bottom}" stroke="${ink}"/>`,
    `<polyline points="${line}" fill="none" stroke="${ours}" stroke-width="2"/>`, ...marks
  ])
}

function picture (title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">
<title>${escapeXml(title)}</title>
<text x="10" y="22" font-size="14" font-weight="bold">${escapeXml(title)}</text>
${parts.join('\n')}
</svg>
`
}

function escapeXml (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
