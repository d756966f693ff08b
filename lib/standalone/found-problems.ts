import { concealing, type Path, pathOf, Paths, type Problems } from '../problems/config-problems.ts'
import { fileSchema } from './file-schema.ts'
import { fittingAsText } from './variable-types.ts'
import type { ConfigFile, FileProblem } from './yaml-file.ts'

/** Minimum length of a value that is masked in messages. Shorter ones occur in too many words. */
const leastCharacters = 6

interface Found {
  readonly path: Path
  readonly message: string
  /** Whether the value has the wrong type, so that quotes may help. */
  readonly isMisshapen: boolean
  readonly isSecret: boolean
}

/** Collects the problems of a file, and masks the values of variables. */
export class FoundProblems {
  readonly #read: ConfigFile
  readonly #found: Found[] = []
  readonly #concealed: ReadonlyMap<string, string>
  /** Places that already have a problem. Further problems there are only consequences. */
  readonly #places = new Paths()

  constructor (read: ConfigFile) {
    this.#read = read
    const ofVariables = read.variables.filter(({ values, text }) => values.size > 0 && text !== '')
    this.#concealed = new Map(ofVariables.map(({ text, source }) => [text, source]))
    for (const { isBroken, path } of read.variables) if (isBroken) this.#places.add(path)
  }

  /** Returns the problems with their places in the file. */
  async list (): Promise<FileProblem[]> {
    if (this.#found.length === 0) return [...this.#read.problems]
    const places = await this.#read.locate(this.#found.map(({ path }) => path))
    const quotable = this.#quotable(places)
    return [...this.#read.problems, ...this.#found.map((found, index): FileProblem => {
      const { line, column, source } = places[index]!
      const remedy = !quotable.has(found) ? '' : found.isSecret ? ' Quote it.' : ` Quote it: '${source!}'.`
      return { line, column, message: this.#without(found.message + remedy) }
    })]
  }

  /** Runs a check whose messages do not reveal the values of variables. */
  conceal<Result> (find: () => Result): Result {
    return concealing(this.#concealed, find)
  }

  add (problems: Problems): void {
    const found = problems.list().map((problem): Found => {
      const path = pathOf(problem)
      return { path, message: `${problem.path}: ${problem.message}`, isMisshapen: problems.isMisshapen(path), isSecret: problems.isSecret(path) }
    }).filter(({ path }) => !this.#places.contain(path) && (path.length <= 1 || !this.#places.reachInto(path)))
    for (const { path } of found) this.#places.add(path)
    this.#found.push(...found)
  }

  /** Returns the problems of values that would be valid in quotes. */
  #quotable (places: ReadonlyArray<{ source?: string | undefined }>): ReadonlySet<Found> {
    const texts = this.#found.flatMap((found, index) => {
      const { source } = places[index]!
      return found.isMisshapen && source !== undefined && !source.includes('${') ? [{ found, path: found.path, text: source }] : []
    })
    return new Set(fittingAsText(fileSchema, this.#read.value, texts).map(({ found }) => found))
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
