import { concealing, type Path, pathOf, type Problems } from '../config/problems.ts'
import type { ConfigFile } from './config-file.ts'
import { fileSchema } from './file-schema.ts'
import { fitsAsText } from './variable-types.ts'
import type { FileProblem } from './yaml-file.ts'

/** Minimum length of a value that is masked in messages. Shorter ones occur in too many words. */
const leastCharacters = 6

interface Found {
  readonly path: Path
  readonly message: string
  /** Whether the value has the wrong type, so that quotes may help. */
  readonly isMisshapen: boolean
}

/** Collects the problems of a file, and masks the values of variables. */
export class FoundProblems {
  readonly #read: ConfigFile
  readonly #found: Found[] = []
  readonly #concealed: ReadonlyMap<string, string>
  /** Places that already have a problem. Further problems there are only consequences. */
  readonly #places: Path[] = []

  constructor (read: ConfigFile) {
    this.#read = read
    const ofVariables = read.variables.filter(({ values, text }) => values.size > 0 && text !== '')
    this.#concealed = new Map(ofVariables.map(({ text, source }) => [text, source]))
    this.#places.push(...read.variables.filter(({ isBroken }) => isBroken).map(({ path }) => path))
  }

  /** Returns the problems with their places in the file. */
  async list (): Promise<FileProblem[]> {
    if (this.#found.length === 0) return [...this.#read.problems]
    const places = await this.#read.locate(this.#found.map(({ path }) => path))
    return [...this.#read.problems, ...this.#found.map((found, index): FileProblem => {
      const { line, column, source } = places[index]!
      return { line, column, message: this.#without(found.message + this.#remedy(found, source)) }
    })]
  }

  /** Runs a check whose messages do not reveal the values of variables. */
  conceal<Result> (find: () => Result): Result {
    return concealing(this.#concealed, find)
  }

  add (problems: Problems): void {
    const known = [...this.#places]
    for (const problem of problems.list()) {
      const path = pathOf(problem)
      if (known.some((place) => isWithin(path, place) || (path.length > 1 && isWithin(place, path)))) continue
      this.#places.push(path)
      this.#found.push({ path, message: `${problem.path}: ${problem.message}`, isMisshapen: problems.isMisshapen(path) })
    }
  }

  #remedy ({ path, isMisshapen }: Found, source: string | undefined): string {
    if (!isMisshapen || source === undefined || source.includes('${') || !fitsAsText(fileSchema, this.#read.value, path, source)) return ''
    return ` Quote it: '${source}'.`
  }

  /** Masks values of variables that messages of other libraries may contain. */
  #without (message: string): string {
    let shown = message
    for (const { values } of this.#read.variables) {
      for (const [source, value] of values) if (value.length >= leastCharacters) shown = shown.replaceAll(value, () => source)
    }
    return shown
  }
}

function isWithin (path: Path, around: Path): boolean {
  return path.length >= around.length && around.every((name, index) => String(name) === String(path[index]))
}
