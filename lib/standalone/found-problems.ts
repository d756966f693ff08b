import { concealing, type Path, pathOf, type Problems } from '../config/problems.ts'
import type { ConfigFile, FileProblem } from './config-file.ts'
import { fileSchema } from './file-schema.ts'
import { fitsAsText } from './variable-types.ts'

/** Minimum length of a value that is masked in messages. Shorter ones occur in too many words. */
const leastCharacters = 6

/** Collects the problems of a file with their places, and masks the values of variables. */
export class FoundProblems {
  readonly list: FileProblem[]
  readonly #read: ConfigFile
  readonly #concealed: ReadonlyMap<string, string>
  /** Places that already have a problem. Further problems there are only consequences. */
  readonly #places: Path[] = []

  constructor (read: ConfigFile) {
    this.#read = read
    this.list = [...read.problems]
    const ofVariables = read.variables.filter(({ values, text }) => values.size > 0 && text !== '')
    this.#concealed = new Map(ofVariables.map(({ text, source }) => [text, source]))
    this.#places.push(...read.variables.filter(({ isBroken }) => isBroken).map(({ path }) => path))
  }

  /** Runs a check whose messages do not reveal the values of variables. */
  conceal<Result> (find: () => Result): Result {
    return concealing(this.#concealed, find)
  }

  addShape (problems: Problems): void {
    this.#add(problems, (path) => {
      const source = this.#read.sourceOf(path)
      if (!problems.isMisshapen(path) || source === undefined || source.includes('${') || !fitsAsText(fileSchema, this.#read.value, path, source)) return ''
      return ` Quote it: '${source}'.`
    })
  }

  addMeaning (problems: Problems): void {
    this.#add(problems, () => '')
  }

  #add (problems: Problems, remedy: (path: Path) => string): void {
    const known = [...this.#places]
    for (const problem of problems.list()) {
      const path = pathOf(problem)
      if (known.some((place) => isWithin(path, place) || (path.length > 1 && isWithin(place, path)))) continue
      this.#places.push(path)
      this.list.push({ ...this.#read.locate(path), message: this.#without(`${problem.path}: ${problem.message}${remedy(path)}`) })
    }
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
