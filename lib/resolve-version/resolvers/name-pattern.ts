import { isRegExp } from 'node:util/types'

/** Returns the name in a text that matches a pattern: its first group, or the whole text if the pattern has no group. */
export type NamePattern = (text: string) => string | undefined

/** Copies the pattern, because one with `g` or `y` keeps `lastIndex` between all its uses. */
export function namePattern (pattern: unknown): NamePattern {
  if (!isRegExp(pattern)) return () => undefined
  const own = new RegExp(pattern)
  return (text) => {
    own.lastIndex = 0
    const match = own.exec(text)
    return match === null ? undefined : match.length > 1 ? match[1] : text
  }
}
