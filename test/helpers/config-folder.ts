import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** Makes a folder with files, and removes it after the test. */
export async function makeFolder (t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return {
    folder,
    /** @returns its path */
    async write (name: string, text: string): Promise<string> {
      const path = join(folder, name)
      await writeFile(path, text)
      return path
    }
  }
}

/** Returns lines without the indentation of the first one. */
export function lines (text: string): string {
  const all = text.replace(/^\n/, '').split('\n')
  const indentation = /^ */.exec(all[0]!)![0].length
  return all.map((line) => line.slice(indentation)).join('\n')
}
