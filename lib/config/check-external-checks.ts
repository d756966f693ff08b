import type { ExternalCheck, RouteConfig, VersionSet } from '../../types/index.ts'
import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/** Checks what the schema cannot express. @param taken names of the checks that are registered already */
export function checkExternalChecks (
  problems: Problems, path: Path, checks: readonly ExternalCheck[], taken: readonly string[] = []
): void {
  if (problems.isMisshapen(path) || !Array.isArray(checks)) return
  const names = new Set(taken)
  checks.forEach((check: ExternalCheck, index) => {
    const place = [...path, index]
    if (problems.isIncomplete(place)) return
    const { name, url, copyHeaders = [] } = check
    if (names.has(name)) problems.add([...place, 'name'], `${show(name)} is already the name of a check. Choose another one.`)
    names.add(name)
    const problem = urlProblem(url)
    if (problem !== null) problems.add([...place, 'url'], problem)
    copyHeaders.forEach((header, at) => {
      if (takesReserved(header) === undefined && !isWrittenByGateway(header)) return
      problems.add([...place, 'copyHeaders', at], `${show(header)} has a defined meaning, and clients must be able to send it. Copy another header.`)
    })
  })
}

function urlProblem (text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) return `expected an http(s) URL, got ${show(text)}. Write 'http://127.0.0.1:9000'.`
  if (url.username !== '' || url.password !== '') return 'contains credentials, which would not be sent. Leave them out.'
  if (url.search !== '' || url.hash !== '') return `${show(text)} has a query or a fragment, but the path of the request is appended. Leave it out.`
  return null
}

/** Checks the external checks that rules name. Without one of them, requests would pass unchecked. */
export function checkNamedChecks (problems: Problems, { routes = [] }: Pick<VersionSet, 'routes'>, known: readonly string[]): void {
  if (problems.isMisshapen(['routes']) || !Array.isArray(routes)) return
  routes.forEach((route: RouteConfig, index) => {
    if (problems.isMisshapen(['routes', index]) || problems.isMisshapen(['routes', index, 'checks'])) return
    route.checks?.forEach((name, at) => {
      if (known.includes(name)) return
      const remedy = known.length === 0 ? 'Register externalChecks before the gateway.' : `Known: ${showNames(known)}.`
      problems.add(['routes', index, 'checks', at], `there is no external check ${show(name)}. ${remedy}`)
    })
  })
}
