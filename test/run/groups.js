import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Test files per process: enough to share the cost of loading, few enough to keep every core busy until the end. */
const groupSize = 15

/**
 * Sorts the test files into groups that share a process. A file gets a process of its own if its first line is a
 * `// @isolated:` comment, which says why. Those come first because most of them take long.
 *
 * @param {readonly string[]} wanted parts of paths; none selects all files
 * @returns {Promise<string[][]>} paths relative to the project, of the sources
 */
export async function groupTests (wanted) {
  const files = (await readdir('test', { recursive: true }))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
  const isolated = await Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).startsWith('// @isolated:')))
  const shared = files.filter((_, index) => !isolated[index])
  const groups = Math.ceil(shared.length / groupSize)
  return [
    ...files.filter((_, index) => isolated[index]).map((file) => [file]),
    // Files of one folder take about equally long. Dealing them out makes the groups finish at about the same time.
    ...Array.from({ length: groups }, (_, group) => shared.filter((_, index) => index % groups === group))
  ]
}
