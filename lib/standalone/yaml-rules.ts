import { type Document, isScalar, type Scalar, visit, type YAMLMap } from 'yaml'
import { nameOf, type Problem } from './yaml-nodes.ts'

/** Finds problems in a document that do not depend on its meaning. After a syntax error, it has no meaning. */
export function checkDocument (document: Document.Parsed, maxAliases: number): { problems: Problem[], isReadable: boolean } {
  // Most further errors are consequences of the first one.
  const [error] = document.errors
  if (error !== undefined) return { problems: [{ offset: error.pos[0], message: messageOf(error) }], isReadable: false }
  // An unknown tag, such as `!env` of other tools, would leave its text as the value: the name of a secret as the secret.
  const problems: Problem[] = document.warnings.map((warning) => ({ offset: warning.pos[0], message: warningOf(warning) }))
  let aliases = 0
  visit(document, {
    Map (_key, map) { checkNames(problems, map) },
    Alias (_key, { range }) {
      if (++aliases === maxAliases + 1) problems.push({ offset: range?.[0], message: `there are more than ${maxAliases} aliases in the file. Write out the values.` })
    }
  })
  return { problems, isReadable: true }
}

function messageOf ({ code, message }: { readonly code: string, readonly message: string }): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here. A config is one document: remove the --- before it.'
  return `${message}.`
}

function warningOf ({ code, message }: { readonly code: string, readonly message: string }): string {
  const [, tag] = /^Unresolved tag: (\S+)/.exec(message) ?? []
  return code === 'TAG_RESOLVE_FAILED' && tag !== undefined
    ? `the tag ${tag.replace(/:$/, '')} is unknown. Write \${NAME} for a variable of the environment.`
    : `${message}.`
}

function checkNames (problems: Problem[], { items }: YAMLMap): void {
  const seen = new Set<string>()
  for (const { key } of items) {
    if (!isScalar(key)) continue
    const name = nameOf(key)
    const offset = key.range?.[0]
    if (seen.has(name) && name !== '<<') problems.push({ offset, message: `'${name}' is defined twice. Remove one of them.` })
    if (isReadOtherwise(key)) problems.push({ offset, message: `${key.source} is read as ${String(key.value)}. Quote it: '${key.source}'.` })
    seen.add(name)
  }
}

/**
 * Whether a number or a boolean loses its spelling: `1.10` becomes 1.1, `007` becomes 7, and long numbers are rounded. Where
 * text is valid too, such as for the value of a claim, the gateway would then accept another value than the file has.
 */
export function losesSpelling ({ value, source }: Scalar): boolean {
  if (typeof value === 'number') return String(value) !== source
  return typeof value === 'boolean' && String(value) !== source?.toLowerCase()
}

/** The problem does not show the value, because an unknown option may be a secret. */
export function spellingProblem ({ range }: Scalar): Problem {
  return { offset: range?.[0], message: 'this value would be changed when it is read. Quote it.' }
}

/** Whether YAML reads an unquoted name as a number or the like that is written differently: `1.10` becomes 1.1. */
function isReadOtherwise ({ type, value, source }: Scalar): boolean {
  return type === 'PLAIN' && typeof value !== 'string' && typeof value !== 'symbol' && source !== undefined && String(value) !== source
}
