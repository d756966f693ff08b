import type { RouteConfig, RouteMatch } from '../../types/index.ts'
import { normalPath } from '../routes/normal-path.ts'
import { regexProblem } from '../routes/safe-regex.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks the alternatives of a rule. */
export function checkRouteMatches (problems: Problems, path: Path, { matches = [] }: RouteConfig): void {
  matches.forEach((match, index) => checkMatch(problems, [...path, 'matches', index], match))
}

function checkMatch (problems: Problems, path: Path, match: RouteMatch): void {
  if (match.path !== undefined) checkPath(problems, [...path, 'path'], match.path)
  for (const section of ['headers', 'query', 'cookies'] as const) {
    for (const [name, value] of Object.entries(match[section] ?? {})) {
      if (typeof value === 'object') checkRegex(problems, [...path, section, name, 'regex'], value.regex)
    }
  }
  const headers = Object.keys(match.headers ?? {}).map((name) => name.toLowerCase())
  headers.forEach((name, index) => {
    if (headers.indexOf(name) < index) problems.add([...path, 'headers'], `${show(name)} appears twice, in different case. Remove one of them.`)
  })
}

function checkPath (problems: Problems, path: Path, match: NonNullable<RouteMatch['path']>): void {
  if ('regex' in match) return checkRegex(problems, [...path, 'regex'], match.regex)
  const [[kind, text]] = Object.entries(match) as [['exact' | 'prefix', string]]
  const place = [...path, kind]
  if (/%(2f|5c|3b)/i.test(text)) {
    problems.add(place, `${show(text)} contains an encoded '/', '\\' or ';', which servers read differently. Match the part before it by prefix.`)
  } else if (normalPath(text) === null) {
    problems.add(place, `${show(text)} contains '.' or '..' as a segment, or a '%' without two hexadecimal digits. Correct the path.`)
  }
}

function checkRegex (problems: Problems, path: Path, source: string): void {
  const problem = regexProblem(source)
  if (problem === null) return
  problems.add(path, `${show(source)} is not a regular expression of RE2, whose syntax has no look-around and no references to groups: ${problem}.`)
}
