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
  /** Values from variables, each with its source. */
  readonly #concealed: ReadonlyMap<string, string>
  /** Values of variables and their recognizable parts, the longest first, each with its reference. */
  readonly #masks: ReadonlyArray<readonly [text: string, reference: string]>
  /** Places that already have a problem. Further problems there are only consequences. */
  readonly #places = new Paths()

  constructor (read: ConfigFile) {
    this.#read = read
    const ofVariables = read.substitutions.filter(({ values, text }) => values.size > 0 && text !== '')
    this.#concealed = new Map(ofVariables.flatMap(({ text, source }) => [[text.toLowerCase(), source], [text, source]]))
    const references = new Map(ofVariables.flatMap(({ values }) => [...values].map(([reference, value]) => [value, reference])))
    const parts = [...references].flatMap(([value, reference]) => partsOf(value).map((part): [string, string] => [part, reference]))
    this.#masks = [...new Map(parts)].filter(([part]) => part.length >= leastCharacters)
      .toSorted(([one], [other]) => other.length - one.length)
    for (const path of read.broken) this.#places.add(path)
  }

  /** Returns the problems with their places in the file. */
  async list (): Promise<FileProblem[]> {
    if (this.#found.length === 0) return [...this.#read.problems]
    const places = await this.#read.locate(this.#found.map(({ path }) => path))
    const quotable = this.#quotable(places)
    return [...this.#read.problems, ...this.#found.map((found, index): FileProblem => {
      const { line, column, source } = places[index]!
      const remedy = !quotable.has(found) ? '' : found.isSecret ? ' Quote it.' : ` Quote it: '${source!}'.`
      return { line, column, message: this.without(found.message + remedy) }
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

  /** Returns what the file has in place of a text that came from variables. */
  sourceOf (text: string): string | undefined {
    return this.#concealed.get(text)
  }

  /** Masks values of variables that messages of other libraries may contain. */
  without (message: string): string {
    return this.#masks.reduce((shown, [part, reference]) => shown.replaceAll(part, () => reference), message)
  }
}

/** Returns a value and the parts of it that messages may contain: items of a list, and a host. */
function partsOf (value: string): string[] {
  const items = value.split(/[\s,;]+/)
  const hosts = items.filter((item) => URL.canParse(item)).map((item) => new URL(item).host)
  const parts = [value, ...items, ...hosts]
  return [...parts, ...parts.map((part) => part.toLowerCase())]
}
