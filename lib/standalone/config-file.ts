import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { isMap, isPair, isScalar, isSeq, LineCounter, type Document, type Node, parseDocument, visit } from 'yaml'
import type { Path } from '../config/problems.ts'
import { type Files, readNoted } from './settled.ts'

/** Something that is wrong in a config file, and where. */
export interface FileProblem {
  /** From 1; `null` in files that are code. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
}

/** What a config file says. */
export interface ConfigFile {
  readonly value: unknown
  /** What is wrong with it as a file: what cannot be read, or is not set in the environment. */
  readonly problems: readonly FileProblem[]
  /** Where something is that has a path; the nearest thing around it when it is not there. */
  locate (path: Path): Pick<FileProblem, 'line' | 'column'>
}

const nowhere = { line: null, column: null }

/** `${NAME}` or `${NAME:-default}`; `$${` is a dollar sign and a brace. */
const reference = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g

/** What is a value of another kind, where it is not quoted. */
const notText = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?)$/

/**
 * Reads a config file: `.yaml`, `.yml` and `.json` with variables of the environment in their texts, `.ts` and `.js` by their
 * default export.
 *
 * @throws when there is no such file, or when its code fails
 */
export async function readConfigFile (file: string, environment: NodeJS.ProcessEnv, files: Files = new Map()): Promise<ConfigFile> {
  const text = await readNoted(file, files)
  if (/^\.[cm]?[jt]s$/.test(extname(file))) return { value: await importDefault(file), problems: [], locate: () => nowhere }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number | undefined): Pick<FileProblem, 'line' | 'column'> => {
    if (offset === undefined) return { line: 1, column: 1 }
    const { line, col: column } = lines.linePos(offset)
    return { line, column }
  }
  // The first one leads to most of the others.
  const problems = document.errors.slice(0, 1).map(({ message, pos: [offset] }): FileProblem => ({ ...at(offset), message: `${message}.` }))
  if (problems.length > 0) return { value: undefined, problems, locate: () => at(undefined) }
  problems.push(...substitute(document, environment).map(({ offset, message }) => ({ ...at(offset), message })))
  return { value: document.toJS({ maxAliasCount: 100 }), problems, locate: (path) => at(offsetOf(document, path)) }
}

/** A module of the user's, in TypeScript as well. @throws what it throws */
export async function importDefault (file: string): Promise<unknown> {
  const jiti = createJiti(pathToFileURL(file).href, { moduleCache: false })
  return await jiti.import(file, { default: true })
}

/** Puts variables in. One that is not quoted may be a number, or true or false; none can be more than a value. @returns those not set */
function substitute (document: Document, environment: NodeJS.ProcessEnv): Array<{ offset: number | undefined, message: string }> {
  const missing: Array<{ offset: number | undefined, message: string }> = []
  visit(document, {
    Scalar (key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      const text = node.value.replaceAll(reference, (whole: string, name?: string, otherwise?: string) => {
        if (name === undefined) return '${'
        const value = environment[name] ?? otherwise
        if (value === undefined) missing.push({ offset: node.range?.[0], message: `${name} is not set. Set it, or write \${${name}:-default}.` })
        return value ?? whole
      })
      node.value = node.type === 'PLAIN' && notText.test(text) ? JSON.parse(text) as unknown : text
    }
  })
  return missing
}

function offsetOf ({ contents }: Document, path: Path): number | undefined {
  let node = contents as Node | null
  let offset = node?.range?.[0]
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
      if (!isPair(pair)) break
      offset = (pair.key as Node).range?.[0]
      node = pair.value as Node | null
    } else if (isSeq(node)) {
      node = (node.items[Number(name)] ?? null) as Node | null
      offset = node?.range?.[0] ?? offset
    } else break
  }
  return offset
}
