import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar, visit } from 'yaml'
import { maxListed, type Path } from '../problems/config-problems.ts'
import { fileSchema } from './file-schema.ts'
import { fittingEitherWay, type FromVariables, giveTypes } from './variable-types.ts'
import { putVariablesIn } from './variables.ts'
import { type Problem, YamlNodes } from './yaml-nodes.ts'
import { checkDocument, losesSpelling, spellingProblem } from './yaml-rules.ts'
import { YamlValue } from './yaml-value.ts'

/** A place in a file, counted from 1; `null` for files that are code. */
export interface Place {
  readonly line: number | null
  readonly column: number | null
}

/** A problem in a config file, and its place. */
export interface FileProblem extends Place {
  readonly message: string
}

/** The first problems of a config file. */
export interface FileProblems {
  readonly problems: readonly FileProblem[]
  /** The number of all problems. */
  readonly count: number
}

/** A place in a file, and the value there. */
export interface LocatedValue extends Place {
  /** An unquoted value as written; `undefined` for any other. */
  readonly source: string | undefined
}

/** A text that contained variables. */
export interface Substitution {
  /** The value as written in the file. */
  readonly source: string
  readonly text: string
  readonly values: ReadonlyMap<string, string>
}

/** The content of a YAML file. */
export interface YamlFile {
  readonly value: unknown
  /** Mistakes in the YAML itself, and variables that are not set: the first ones, because each may occur in every line. */
  readonly problems: readonly FileProblem[]
  /** The number of all such problems. */
  readonly problemCount: number
  /** Paths whose values are meaningless because of these problems. */
  readonly broken: readonly Path[]
  /** The texts that contained variables, each once. Their values in the content have the type of their place. */
  readonly substitutions: readonly Substitution[]
  /** Finds the place of a path; if the path does not exist, that of the nearest parent. */
  locate (path: Path): LocatedValue
}

/** The content of a config file. */
export interface ConfigFile extends Pick<YamlFile, 'value' | 'problems' | 'problemCount' | 'broken' | 'substitutions'> {
  /** Finds the places of paths; if a path does not exist, that of its nearest parent. */
  locate (paths: readonly Path[]): Promise<readonly LocatedValue[]>
  /** Releases what `locate` needs. */
  close (): void
}

/** Maximum number of YAML aliases: each may expand to a large part of the file. */
const maxAliases = 100

/** Parses YAML or JSON, and replaces environment variables. */
export function parseYamlFile (text: string, environment: NodeJS.ProcessEnv): YamlFile {
  const lines = new LineCounter()
  // With `uniqueKeys`, yaml compares each key with all others, which takes seconds for a large map. checkDocument is faster.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true })
  const at = (offset: number | undefined): Place => {
    const { line, col: column } = offset === undefined ? { line: 1, col: 1 } : lines.linePos(offset)
    return { line, column }
  }
  const { problems, isReadable } = checkDocument(document, maxAliases)
  if (!isReadable) {
    const locate = (): LocatedValue => ({ ...at(undefined), source: undefined })
    return { value: undefined, ...list(problems, at), broken: [], substitutions: [], locate }
  }

  const texts = substitute(document, text, environment)
  const variables: Array<FromVariables & { readonly isBroken: boolean }> = []
  const misspelled: Array<FromVariables & { readonly scalar: Scalar }> = []
  const nodes = new YamlNodes(document)
  const root = document.contents as Node | null
  const { value, broken, problems: repeated } = new YamlValue(root, nodes, (scalar, path) => {
    const found = texts.found.get(scalar)
    if (found !== undefined) variables.push({ path, ...found })
    else if (losesSpelling(scalar)) misspelled.push({ path, text: String(scalar.source), scalar })
  })
  const usable = variables.filter(({ isBroken }) => !isBroken)
  giveTypes(fileSchema, value, usable)
  // An alias repeats its scalar.
  const toQuote = new Set(fittingEitherWay(fileSchema, value, misspelled).map(({ scalar }) => scalar))
  return {
    value,
    ...list([...problems, ...texts.problems, ...nodes.problems, ...repeated, ...[...toQuote].map(spellingProblem)], at),
    broken: [...broken, ...variables.filter(({ isBroken }) => isBroken).map(({ path }) => path)],
    substitutions: [...new Map([...texts.found.values()].map(({ source, text, values }) => [source, { source, text, values }])).values()],
    locate (path) {
      const { node, offset, isWhole } = find(nodes, root, path)
      return { ...at(offset), source: isWhole && isScalar(node) && node.type === 'PLAIN' ? node.source : undefined }
    }
  }
}

/** Returns the first problems in the file, and the number of all. */
function list (found: readonly Problem[], at: (offset: number | undefined) => Place): Pick<YamlFile, 'problems' | 'problemCount'> {
  const first = found.toSorted((one, other) => (one.offset ?? 0) - (other.offset ?? 0)).slice(0, maxListed)
  return { problems: first.map(({ offset, message }) => ({ ...at(offset), message })), problemCount: found.length }
}

interface Substituted {
  readonly problems: Problem[]
  /** The scalars with variables. Broken are those with a missing variable or a wrong reference. */
  readonly found: Map<Scalar, Substitution & { readonly isBroken: boolean }>
}

/** Replaces variables in all scalars. The values are text, so none can add YAML structure. */
function substitute (document: Document, file: string, environment: NodeJS.ProcessEnv): Substituted {
  const problems: Problem[] = []
  const found: Substituted['found'] = new Map()
  if (!file.includes('${')) return { problems, found }
  visit(document, {
    Scalar (key, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      const source = node.value
      const isName = key === 'key'
      const { text, problems: wrong, values } = putVariablesIn(source, isName ? {} : environment)
      for (const { index, message } of wrong) {
        problems.push({
          offset: offsetIn(file, node, source.slice(index)),
          message: isName ? 'names cannot contain variables. Write $${ for a literal ${.' : message
        })
      }
      node.value = text
      if (!isName) found.set(node, { source, text, values, isBroken: wrong.length > 0 })
    }
  })
  return { problems, found }
}

/** Finds the offset of a part of a scalar, which may be on a later line in a block scalar. */
function offsetIn (file: string, node: Scalar, part: string): number | undefined {
  const [begin, end = Infinity] = node.range ?? []
  if (begin === undefined || (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED')) return begin
  const found = file.indexOf(part.split('\n', 1)[0]!, begin)
  return found === -1 || found >= end ? begin : found
}

/** Finds the node at a path, or its nearest parent, and its offset. */
function find (nodes: YamlNodes, root: Node | null, path: Path): { node: unknown, offset: number | undefined, isWhole: boolean } {
  let node = nodes.target(root)
  let offset = node?.range?.[0]
  for (const name of path) {
    if (isMap(node)) {
      const member = nodes.members(node).get(String(name))
      if (member === undefined) return { node, offset, isWhole: false }
      offset = member.key.range?.[0]
      node = nodes.target(member.value)
    } else if (isSeq(node)) {
      const item = (node.items[Number(name)] ?? null) as Node | null
      offset = item?.range?.[0] ?? offset
      node = nodes.target(item)
    } else return { node, offset, isWhole: false }
  }
  return { node, offset, isWhole: true }
}
