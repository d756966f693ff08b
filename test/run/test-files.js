import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Lists the test files. A file gets its own process if its first line is a `// @isolated:` comment with the reason.
 * All others share processes.
 *
 * @param {readonly string[]} wanted parts of paths; none selects all files
 * @param {readonly string[]} unwanted parts of paths
 * @returns {Promise<{ shared: string[], isolated: string[] }>} paths relative to the project, of the sources
 */
export async function findTestFiles (wanted, unwanted = []) {
  const files = (await readdir('test', { recursive: true }))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .filter((file) => !unwanted.some((part) => file.includes(part)))
    .sort()
  const isIsolated = await Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).startsWith('// @isolated:')))
  return {
    shared: files.filter((_, index) => !isIsolated[index]),
    isolated: files.filter((_, index) => isIsolated[index])
  }
}
