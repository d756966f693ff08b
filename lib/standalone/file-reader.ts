import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Reads the files of a config, and records what was read. */
export class FileReader {
  /** The files that were read, each with the fingerprint of its content, or with the error code. */
  readonly fingerprints = new Map<string, string>()
  readonly #waitUntilSettled: (file: string) => Promise<void>
  readonly #streams: Map<string, Buffer>

  /**
   * @param waitUntilSettled waits until a file no longer changes. Default: files are read as they are.
   * @param streams the content of pipes, which can be read only once
   */
  constructor (waitUntilSettled = async (_file: string): Promise<void> => {}, streams = new Map<string, Buffer>()) {
    this.#waitUntilSettled = waitUntilSettled
    this.#streams = streams
  }

  /** @throws when the file cannot be read */
  async read (file: string): Promise<string> {
    try {
      if (await isStream(file)) {
        const content = this.#streams.get(file) ?? await readFile(file)
        this.#streams.set(file, content)
        this.fingerprints.set(file, streamFingerprint)
        return decoded(file, content)
      }
      await this.#waitUntilSettled(file)
      const content = await readFile(file)
      this.fingerprints.set(file, digest(content))
      return decoded(file, content)
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

/** @throws TypeError if the file is not UTF-8: characters would be replaced silently, in passwords too */
function decoded (file: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw new TypeError(`${file} is not UTF-8. Save it in that encoding.`, { cause })
  }
}

/** Returns a hash of a file's content. Its time and its size are not enough: a rollback may keep both. */
export async function fingerprint (file: string): Promise<string> {
  if (await isStream(file)) return streamFingerprint
  return await readFile(file).then(digest, codeOf)
}

/** The fingerprint of a pipe: reading it would consume its content. */
const streamFingerprint = 'stream'

/** Whether a file is a pipe or a device, such as `/dev/stdin`. */
async function isStream (file: string): Promise<boolean> {
  return await stat(file).then((stats) => !stats.isFile() && !stats.isDirectory(), () => false)
}

function digest (content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64')
}

function codeOf (error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
