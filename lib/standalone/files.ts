import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** Reads the files of a config, and records what was read. */
export class Files {
  /** The files that were read, each with the fingerprint of its content, or with the error code. */
  readonly fingerprints = new Map<string, string>()
  readonly #settled: (file: string) => Promise<void>

  /** @param settled waits until a file no longer changes. Default: files are read as they are. */
  constructor (settled = async (_file: string): Promise<void> => {}) {
    this.#settled = settled
  }

  /** @throws when the file cannot be read */
  async read (file: string): Promise<string> {
    try {
      await this.#settled(file)
      const content = await readFile(file)
      this.fingerprints.set(file, digest(content))
      return content.toString('utf8')
    } catch (error) {
      this.fingerprints.set(file, codeOf(error))
      throw error
    }
  }

  /** Finds a file whose content is no longer the one that was read. */
  async findChanged (): Promise<string | undefined> {
    for (const [file, content] of this.fingerprints) if (await fingerprint(file) !== content) return file
    return undefined
  }
}

/** Returns a hash of a file's content. Its time and its size are not enough: a rollback may keep both. */
export async function fingerprint (file: string): Promise<string> {
  return await readFile(file).then(digest, codeOf)
}

function digest (content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64')
}

function codeOf (error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
