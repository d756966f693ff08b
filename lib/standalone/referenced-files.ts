import { resolve } from 'node:path'
import type { Path, Problems } from '../problems/config-problems.ts'
import type { FileReader } from './file-reader.ts'

/** Reads the files that a config names. */
export class ReferencedFiles {
  readonly #folder: string
  readonly #files: FileReader
  readonly #sourceOf: (text: string) => string | undefined

  /**
   * @param folder folder of relative file names
   * @param sourceOf returns what the config has in place of a text that came from a variable
   */
  constructor (folder: string, files: FileReader, sourceOf: (text: string) => string | undefined) {
    this.#folder = folder
    this.#files = files
    this.#sourceOf = sourceOf
  }

  /** Reads a file, and makes a value of its text. Adds a problem and returns `undefined` if that fails. */
  async read<Value> (
    problems: Problems, path: Path, name: string, make: (text: string, file: string) => Value | Promise<Value>
  ): Promise<Value | undefined> {
    const file = resolve(this.#folder, name)
    try {
      return await make(await this.#files.read(file), file)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      problems.add(path, message.replaceAll(file, () => this.#sourceOf(name) ?? file))
      return undefined
    }
  }
}
