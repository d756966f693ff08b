import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar, visit } from 'yaml'
import type { Path } from '../config/problems.ts'
import { type Files, readNoted } from './settled.ts'
import { putVariablesIn } from './variables.ts'
import { checkDocument } from './yaml-rules.ts'

/** Something that is wrong in a config file, and where. */
export interface FileProblem {
  /** From 1; `null` in files that are code. */
  readonly line: number | null
  readonly column: number | null
  readonly message: string
}

/** A value that has variables in it. */
export interface FromVariables {
  readonly path: Path
  /** As it is written. */
  readonly source: string
  readonly text: string
  readonly values: ReadonlyMap<string, string>
  /** Whether a variable is missing, or its reference is wrong: the value says nothing then. */
  readonly isBroken: boolean
}

/** What a config file says. */
export interface ConfigFile {
  readonly value: unknown
  /** What is wrong with it as a file: what cannot be read, or is not set in the environment. */
  readonly problems: readonly FileProblem[]
  readonly variables: readonly FromVariables[]
  /** Where something is that has a path; the nearest thing around it when it is not there. */
  locate (path: Path): Pick<FileProblem, 'line' | 'column'>
  /** A value that is not quoted, as it is written; `undefined` for any other. */
  sourceOf (path: Path): string | undefined
}

const nowhere = { line: null, column: null }

/** What is a value of another kind, where it is not quoted. */
const notText = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?)$/

/** How many aliases a file may have: each may stand for a large part of it. */
const mostAliases = 100

/**
 * Reads a config file: `.yaml`, `.yml` and `.json` with variables of the environment in their texts, `.ts` and `.js` by their
 * default export.
 *
 * @throws when there is no such file, or when its code fails
 */
export async function readConfigFile (file: string, environment: NodeJS.ProcessEnv, files: Files = new Map()): Promise<ConfigFile> {
  const text = await readNoted(file, files)
  if (/^\.[cm]?[jt]s$/.test(extname(file))) {
    return { value: await importDefault(file), problems: [], variables: [], locate: () => nowhere, sourceOf: () => undefined }
  }
  const lines = new LineCounter()
  // yaml compares each key with all others, which takes seconds for a large map: checkDocument does it.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true })
  const at = (offset: number | undefined): Pick<FileProblem, 'line' | 'column'> => {
    const { line, col: column } = offset === undefined ? { line: 1, col: 1 } : lines.linePos(offset)
    return { line, column }
  }
  const problems = checkDocument(document, mostAliases).map(({ offset, message }): FileProblem => ({ ...at(offset), message }))
  if (problems.length > 0) return { value: undefined, problems, variables: [], locate: () => at(undefined), sourceOf: () => undefined }
  const { broken, variables } = substitute(document, text, environment)
  return {
    value: document.toJS({ maxAliasCount: -1 }),
    problems: broken.map(({ offset, message }) => ({ ...at(offset), message })),
    variables,
    locate: (path) => at(find(document, path).offset),
    sourceOf: (path) => {
      const { node, isWhole } = find(document, path)
      return isWhole && isScalar(node) && node.type === 'PLAIN' ? node.source : undefined
    }
  }
}

/** A module of the user's, in TypeScript as well. @throws what it throws */
export async function importDefault (file: string): Promise<unknown> {
  const jiti = createJiti(pathToFileURL(file).href, { moduleCache: false })
  return await jiti.import(file, { default: true })
}

interface Broken {
  readonly offset: number | undefined
  readonly message: string
}

/** Puts variables in. One that is not quoted may be a number, or true or false; none can be more than a value. */
function substitute (document: Document, file: string, environment: NodeJS.ProcessEnv): { broken: Broken[], variables: FromVariables[] } {
  const broken: Broken[] = []
  const variables: FromVariables[] = []
  if (!file.includes('${')) return { broken, variables }
  visit(document, {
    Scalar (key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      const source = node.value
      const { text, problems, values } = putVariablesIn(source, key === 'key' ? {} : environment)
      for (const { index, message } of problems) {
        const isName = key === 'key' ? 'names cannot have variables in them. Write $${ for a literal ${.' : message
        broken.push({ offset: offsetIn(file, node, source.slice(index)), message: isName })
      }
      node.value = key !== 'key' && node.type === 'PLAIN' && notText.test(text) ? JSON.parse(text) as unknown : text
      if (key === 'key') return
      variables.push({ path: pathTo(key, ancestors), source, text, values, isBroken: problems.length > 0 })
    }
  })
  return { broken, variables }
}

/** Where a part of a scalar is in the file: on a later line than its beginning, in a block. */
function offsetIn (file: string, node: Scalar, part: string): number | undefined {
  const [begin, end = Infinity] = node.range ?? []
  if (begin === undefined || (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED')) return begin
  const found = file.indexOf(part.split('\n', 1)[0]!, begin)
  return found === -1 || found >= end ? begin : found
}

/** @param ancestors of a scalar, from the document down */
function pathTo (key: unknown, ancestors: readonly unknown[]): Path {
  const path = ancestors.flatMap((node, index): PropertyKey[] => {
    if (isPair(node) && isScalar(node.key)) return [String(node.key.value)]
    const next = ancestors[index + 1]
    return isSeq(node) && next !== undefined ? [node.items.indexOf(next)] : []
  })
  return typeof key === 'number' ? [...path, key] : path
}

/** The node at a path, or the nearest around it, and where it begins. */
function find (document: Document, path: Path): { node: unknown, offset: number | undefined, isWhole: boolean } {
  let node: Node | null = document.contents as Node | null
  let offset = node?.range?.[0]
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
      if (!isPair(pair)) return { node, offset, isWhole: false }
      offset = (pair.key as Node).range?.[0]
      node = pair.value as Node | null
    } else if (isSeq(node)) {
      node = (node.items[Number(name)] ?? null) as Node | null
      offset = node?.range?.[0] ?? offset
    } else return { node, offset, isWhole: false }
  }
  return { node, offset, isWhole: true }
}
