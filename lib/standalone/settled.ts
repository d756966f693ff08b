import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Milliseconds that a file must have been unchanged before it is read, unless somebody asks for another time. */
export const defaultSettleMs = 500

/** Files that were read, each with the fingerprint of its content, or of the error. */
export type Files = Map<string, string>

/** How often a file is looked at that does not come to rest. After that it is read as it is. */
const mostLooks = 20

/**
 * Waits until nobody writes a file any more: a file that is written in two steps is valid after the first one, and says
 * less than it should. A file that was last written long enough ago is taken at once.
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

/** Reads a file and notes what it had in it. @throws when it cannot be read */
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

/** What tells one content of a file from another: neither its time nor its size does (a rollback may keep both). */
export async function fingerprint (file: string): Promise<string> {
  const files: Files = new Map()
  await readNoted(file, files).catch(() => {})
  return files.get(file)!
}

function digest (content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64')
}
