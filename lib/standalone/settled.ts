import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Default for the milliseconds that a file must have been unchanged before it is read. */
export const defaultSettleMs = 500

/** Files that were read, each with the fingerprint of its content, or with the error code. */
export type Files = Map<string, string>

/** Maximum number of checks of a file that keeps changing. After that it is read as it is. */
const mostLooks = 20

/**
 * Waits until a file no longer changes: a file that is written in two steps may be valid but incomplete after the first
 * one. Returns at once if the last change was long enough ago.
 */
export async function settled (file: string, settleMs: number): Promise<void> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }))
  if (Date.now() - mtimeMs >= settleMs) return
  let before: string
  let after = await fingerprint(file)
  let looks = 0
  do {
    before = after
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    after = await fingerprint(file)
  } while (after !== before && ++looks < mostLooks)
}

/** Reads a file and records its fingerprint. @throws when the file cannot be read */
export async function readNoted (file: string, files: Files): Promise<string> {
  try {
    const content = await readFile(file)
    files.set(file, digest(content))
    return content.toString('utf8')
  } catch (error) {
    files.set(file, String((error as NodeJS.ErrnoException).code))
    throw error
  }
}

/** Returns a hash of a file's content. Its time and its size are not enough: a rollback may keep both. */
export async function fingerprint (file: string): Promise<string> {
  const files: Files = new Map()
  await readNoted(file, files).catch(() => {})
  return files.get(file)!
}

function digest (content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64')
}
