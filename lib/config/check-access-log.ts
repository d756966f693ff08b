import type { AccessLogOptions } from '../../types/index.ts'
import { type Path, Problems, show } from '../problems/config-problems.ts'

/** Headers that usually carry credentials: `Authorization`, `Set-Cookie`, `X-Api-Key`, `Cf-Access-Jwt-Assertion`, ... */
const secret = /authoriz|cookie|token|secret|passw|api-?key|jwt|credential|oidc|dpop/i

/** Checks that no credentials end up in the log. */
export function checkAccessLog (problems: Problems, path: Path, { headers = [] }: AccessLogOptions): void {
  if (!Array.isArray(headers)) return
  headers.forEach((name, index) => {
    const place = [...path, 'headers', index]
    if (!problems.isMisshapen(place) && secret.test(name)) {
      problems.add(place, `${show(name)} may carry credentials, which must not be in a log. Leave it out, or log a part of it with fields, in code.`)
    }
  })
}

/** Checks that the headers in which a gateway expects tokens are not logged. @throws `VERSION_CONFIG_INVALID` */
export function refuseLoggedTokens (logged: readonly string[], credentials: readonly string[]): void {
  const problems = new Problems()
  const names = credentials.map((name) => name.toLowerCase())
  for (const name of logged.filter((each) => names.includes(each))) {
    problems.add(['headers'], `${show(name)} has the tokens of callers, which must not be in a log. Leave it out.`)
  }
  problems.throwIfAny('the options of accessLog')
}
