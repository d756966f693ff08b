import { concealing, type FoundProblem, maxListed, Paths, type Problems, showProblem } from '../problems/config-problems.ts'
import { fileSchema } from './file-schema.ts'
import { Masks } from './masks.ts'
import { fittingAsText } from './variable-types.ts'
import type { ConfigFile, FileProblem, FileProblems } from './yaml-file.ts'

interface Found extends FoundProblem {
  /** Whether the value has the wrong type, so that quotes may help. */
  readonly isMisshapen: boolean
  readonly isSecret: boolean
}

/** Collects the problems of a file, and masks the values of variables. */
export class ProblemCollector {
  readonly #read: ConfigFile
  readonly #found: Found[] = []
  /** Values from variables, each with its source. */
  readonly #concealed: ReadonlyMap<string, string>
  /** Made when a message needs them. */
  #masks: Masks | undefined
  /** Places that already have a problem. Further problems there are only consequences. */
  readonly #places = new Paths()

  constructor (read: ConfigFile) {
    this.#read = read
    const ofVariables = read.substitutions.filter(({ values, text }) => values.size > 0 && text !== '')
    this.#concealed = new Map(ofVariables.flatMap(({ text, source }) => [[text.toLowerCase(), source], [text, source]]))
    for (const path of read.broken) this.#places.add(path)
  }

  /** Returns the first problems with their places in the file, and the number of all. */
  async list (): Promise<FileProblems> {
    const { problems, problemCount } = this.#read
    const count = problemCount + this.#found.length
    const listed = this.#found.slice(0, Math.max(0, maxListed - problems.length))
    if (listed.length === 0) return { problems, count }
    const places = await this.#read.locate(listed.map(({ path }) => path))
    const quotable = this.#quotable(listed, places)
    const shown = listed.map((found, index): FileProblem => {
      const { line, column, source } = places[index]!
      const remedy = !quotable.has(found) ? '' : found.isSecret ? ' Quote it.' : ` Quote it: '${source!}'.`
      return { line, column, message: this.mask(this.conceal(() => showProblem(found)) + remedy) }
    })
    return { problems: [...problems, ...shown], count }
  }

  /** Runs a check whose messages do not reveal the values of variables. */
  conceal<Result> (find: () => Result): Result {
    return concealing(this.#concealed, find)
  }

  add (problems: Problems): void {
    const found = problems.found()
      .filter(({ path }) => !this.#places.contain(path) && (path.length <= 1 || !this.#places.reachInto(path)))
    for (const { path, message } of found) {
      this.#found.push({ path, message, isMisshapen: problems.isMisshapen(path), isSecret: problems.isSecret(path) })
      this.#places.add(path)
    }
  }

  /** Returns the problems of values that would be valid in quotes. */
  #quotable (listed: readonly Found[], places: ReadonlyArray<{ source?: string | undefined }>): ReadonlySet<Found> {
    const texts = listed.flatMap((found, index) => {
      const { source } = places[index]!
      return found.isMisshapen && source !== undefined && !source.includes('${') ? [{ found, path: found.path, text: source }] : []
    })
    return new Set(fittingAsText(fileSchema, this.#read.value, texts).map(({ found }) => found))
  }

  /** Returns the source text of a value that came from variables. */
  sourceOf (text: string): string | undefined {
    return this.#concealed.get(text)
  }

  /** Masks values of variables that messages of other libraries may contain. */
  mask (message: string): string {
    this.#masks ??= new Masks(this.#read.substitutions.flatMap(({ values }) => [...values]))
    return this.#masks.mask(message)
  }
}
