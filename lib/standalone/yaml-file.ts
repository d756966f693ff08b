import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar, visit } from 'yaml'
import type { Path } from '../problems/config-problems.ts'
import { putVariablesIn } from './variables.ts'
import { checkDocument } from './yaml-rules.ts'

/** A place in a file, counted from 1; `null` for files that are code. */
export interface Place {
  readonly line: number | null
  readonly column: number | null
}

/** A problem in a config file, and its place. */
export interface FileProblem extends Place {
  readonly message: string
}

/** A place in a file, and the value there. */
export interface LocatedValue extends Place {
  /** An unquoted value as written; `undefined` for any other. */
  readonly source: string | undefined
}

/** A value that contains variables. */
export interface FromVariables {
  readonly path: Path
  /** The value as written in the file. */
  readonly source: string
  readonly text: string
  readonly values: ReadonlyMap<string, string>
  /** Whether a variable is missing or its reference is wrong, so that the value is meaningless. */
  readonly isBroken: boolean
}

/** The content of a YAML file. */
export interface YamlFile {
  readonly value: unknown
  /** Syntax errors, and variables that are not set. */
  readonly problems: readonly FileProblem[]
  readonly variables: readonly FromVariables[]
  /** Finds the place of a path; if the path does not exist, that of the nearest parent. */
  locate (path: Path): LocatedValue
}

/** The content of a config file. */
export interface ConfigFile extends Pick<YamlFile, 'value' | 'problems' | 'variables'> {
  /** Finds the places of paths; if a path does not exist, that of its nearest parent. */
  locate (paths: readonly Path[]): Promise<readonly LocatedValue[]>
  /** Releases what `locate` needs. */
  close (): void
}

/** A text that is not a string unless it is quoted. */
const notText = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?)$/

/** Maximum number of YAML aliases: each may expand to a large part of the file. */
const mostAliases = 100

/** Parses YAML or JSON, and replaces environment variables. */
export function parseYamlFile (text: string, environment: NodeJS.ProcessEnv): YamlFile {
  const lines = new LineCounter()
  // With `uniqueKeys`, yaml compares each key with all others, which takes seconds for a large map. checkDocument is faster.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true })
  const at = (offset: number | undefined): Place => {
    const { line, col: column } = offset === undefined ? { line: 1, col: 1 } : lines.linePos(offset)
    return { line, column }
  }
  const problems = checkDocument(document, mostAliases).map(({ offset, message }): FileProblem => ({ ...at(offset), message }))
  if (problems.length > 0) return { value: undefined, problems, variables: [], locate: () => ({ ...at(undefined), source: undefined }) }
  const { broken, variables } = substitute(document, text, environment)
  return {
    value: document.toJS({ maxAliasCount: -1 }),
    problems: broken.map(({ offset, message }) => ({ ...at(offset), message })),
    variables,
    locate (path) {
      const { node, offset, isWhole } = find(document, path)
      return { ...at(offset), source: isWhole && isScalar(node) && node.type === 'PLAIN' ? node.source : undefined }
    }
  }
}

interface Broken {
  readonly offset: number | undefined
  readonly message: string
}

/** Replaces variables. An unquoted one may become a number or a boolean; none can add YAML structure. */
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

/** Finds the offset of a part of a scalar, which may be on a later line in a block scalar. */
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

/** Finds the node at a path, or its nearest parent, and its offset. */
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
