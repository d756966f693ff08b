import type { AccessLogOptions } from '../../types/observe.ts'
import type { IdentityProvider, VerifyIdentityOptions } from '../../types/index.ts'
import { type Path, Problems, show } from '../problems/config-problems.ts'
import { mayCarryCredentials } from './credential-headers.ts'

type Identity = Partial<Pick<VerifyIdentityOptions, 'sources'>> & { readonly providers?: ReadonlyArray<Pick<IdentityProvider, 'tokenSources'>> }

/**
 * Checks that no credentials end up in the log.
 *
 * @param identity its headers with tokens are credentials, regardless of their names
 */
export function checkAccessLog (problems: Problems, path: Path, { headers = [] }: AccessLogOptions, identity: Identity = {}): void {
  if (!Array.isArray(headers)) return
  const tokens = tokenHeaders(identity)
  headers.forEach((name: unknown, index) => {
    const place = [...path, 'headers', index]
    if (typeof name !== 'string' || problems.isMisshapen(place)) return
    if (mayCarryCredentials(name)) {
      problems.add(place, `${show(name)} may carry credentials, which must not be in a log. Leave it out, or log a part of it with fields, in code.`)
    } else if (tokens.includes(name.toLowerCase())) {
      problems.add(place, hasTokens(name))
    }
  })
}

/** Checks that the headers in which a gateway expects tokens are not logged. @throws `VERSION_CONFIG_INVALID` */
export function refuseLoggedTokens (logged: readonly string[], credentials: readonly string[]): void {
  const problems = new Problems()
  const names = credentials.map((name) => name.toLowerCase())
  for (const name of logged.filter((each) => names.includes(each))) problems.add(['headers'], hasTokens(name))
  problems.throwIfAny('the options of accessLog')
}

function hasTokens (name: string): string {
  return `${show(name)} has the tokens of callers, which must not be in a log. Leave it out.`
}

function tokenHeaders ({ sources, providers }: Identity): string[] {
  const lists: unknown[] = [sources, ...[providers].flat().map((provider) => provider?.tokenSources)]
  return lists.flat().flatMap((source) => {
    const { header } = Object(source) as { header?: unknown }
    return typeof header === 'string' ? [header.toLowerCase()] : []
  })
}
