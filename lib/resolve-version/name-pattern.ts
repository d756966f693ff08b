import { isRegExp } from 'node:util/types'

/** Finds the name in a text that has the form of a pattern: its first group, or the whole text when the pattern has none. */
export type NamePattern = (text: string) => string | undefined

/** Reads names with a pattern of its own: one with `g` or `y` begins where its last use ended, whoever used it. */
export function namePattern (pattern: unknown): NamePattern {
  if (!isRegExp(pattern)) return () => undefined
  const own = new RegExp(pattern)
  return (text) => {
    own.lastIndex = 0
    const match = own.exec(text)
    return match === null ? undefined : match.length > 1 ? match[1] : text
  }
}
