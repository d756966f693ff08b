/** A text with variables in it, after they were put in. */
export interface Substituted {
  readonly text: string
  /** What is wrong, each with the place in the text where it begins. */
  readonly problems: ReadonlyArray<{ readonly index: number, readonly message: string }>
  /** The values that were put in, by the reference that asked for them. */
  readonly values: ReadonlyMap<string, string>
}

/** What may follow a dollar sign: a brace that is meant as one, or a reference. Whatever else has a brace is a mistake. */
const braces = /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?:(:-|-|:\?)((?:(?!\$\{)[^}])*))?\})?/g

const forms = `${['NAME', 'NAME:-text if unset or empty', 'NAME-text if unset', 'NAME:?message'].map((form) => `\${${form}}`).join(', ')}, or write $\${ for a literal \${`

/**
 * Puts variables of the environment into a text, as POSIX shells and Compose do. Anything with `${` that is not a
 * reference is a problem: taken literally, it would become somebody's password.
 */
export function putVariablesIn (text: string, environment: NodeJS.ProcessEnv): Substituted {
  const problems: Array<{ index: number, message: string }> = []
  const values = new Map<string, string>()
  const result = text.replaceAll(braces, (whole: string, name: string | undefined, operator: string | undefined, word: string = '', index: number) => {
    if (whole === '$${') return '${'
    if (name === undefined) {
      problems.push({ index, message: `'\${' begins no reference to a variable. Write ${forms}.` })
      return whole
    }
    const value = valueOf(environment[name], operator, word)
    if (value === undefined) {
      const reason = operator === ':?' ? `is not set or empty${word === '' ? '' : `: ${word}`}` : 'is not set'
      problems.push({ index, message: `${name} ${reason}. Set it, or write \${${name}:-default}.` })
      return whole
    }
    // What a secret is mounted or copied from often ends with a line break, which nobody means.
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
