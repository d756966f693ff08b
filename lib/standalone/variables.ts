/** A text in which variables were replaced. */
export interface Substituted {
  readonly text: string
  /** Problems with their index in the text. */
  readonly problems: ReadonlyArray<{ readonly index: number, readonly message: string }>
  /** The values that were inserted, by reference. */
  readonly values: ReadonlyMap<string, string>
}

/** Matches an escaped `$` (`$$` before a brace), a reference, or a bare `${`, which is a mistake. Only a reference has group 1. */
const braces = /\$\$(?=\$*\{)|\$\{(?:([A-Za-z_]\w*)(?:(:-|-|:\?)((?:(?!\$\{)[^}])*))?\})?/g

const forms = `${['NAME', 'NAME:-text if unset or empty', 'NAME-text if unset', 'NAME:?message'].map((form) => `\${${form}}`).join(', ')}, or write $\${ for a literal \${`

/**
 * Replaces environment variables in a text, as POSIX shells and Compose do. Any `${` that is not a valid reference is a
 * problem: taken literally, it could become a password.
 */
export function putVariablesIn (text: string, environment: NodeJS.ProcessEnv): Substituted {
  const problems: Array<{ index: number, message: string }> = []
  const values = new Map<string, string>()
  const result = text.replaceAll(braces, (whole: string, name: string | undefined, operator: string | undefined, word: string = '', index: number) => {
    if (whole === '$$') return '$'
    if (name === undefined) {
      problems.push({ index, message: `'\${' is not a valid variable reference. Write ${forms}.` })
      return whole
    }
    // An object inherits members such as `constructor`.
    const value = valueOf(Object.hasOwn(environment, name) ? environment[name] : undefined, operator, word)
    if (value === undefined) {
      const reason = operator === ':?' ? `is not set or empty${word === '' ? '' : `: ${word}`}` : 'is not set'
      problems.push({ index, message: `${name} ${reason}. Set it, or write \${${name}:-default}.` })
      return whole
    }
    // Mounted or copied secrets often end with a line break, which is not part of them.
    const trimmed = value.replace(/[\r\n]+$/, '')
    values.set(whole, trimmed)
    return trimmed
  })
  return { text: result, problems, values }
}

function valueOf (value: string | undefined, operator: string | undefined, word: string): string | undefined {
  if (operator === ':-') return value === undefined || value === '' ? word : value
  if (operator === '-') return value ?? word
  return operator === ':?' && value === '' ? undefined : value
}
