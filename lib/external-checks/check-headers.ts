import { HeaderNames } from '../http/header-names.ts'
import type { BodyStart } from '../stage/external-checks.ts'

/** Sent in addition to those of `forwardHeaders`. */
const always = ['host', 'x-forwarded-*', 'forwarded', 'x-real-ip', 'via']

/** Describe the body. They are only true for the service if it gets the body. */
const ofBody = new HeaderNames(['content-type', 'content-encoding'])

/** Written here, or wrong for a response that the gateway reads itself. */
const replaced = new HeaderNames(['content-length', 'accept-encoding', 'x-partial-body'])

type SelectHeaders = (headers: readonly string[], body: BodyStart | null) => string[]

/**
 * Makes the function that selects the headers for a service, as alternating names and values.
 *
 * @param forwardHeaders names; `undefined` for all
 */
export function checkHeaders (forwardHeaders: readonly string[] | undefined): SelectHeaders {
  const selected = forwardHeaders === undefined ? null : new HeaderNames([...forwardHeaders, ...always])
  return (headers, body) => {
    const kept: string[] = []
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!
      if (replaced.has(name) || (selected !== null && !selected.has(name) && !(body !== null && ofBody.has(name)))) continue
      kept.push(name, headers[i + 1]!)
    }
    // The caller may get the body of the response, but may not accept the same codings.
    kept.push('accept-encoding', 'identity')
    if (body !== null) kept.push('content-length', String(body.bytes.length))
    if (body?.isWhole === false) kept.push('x-partial-body', 'true')
    return kept
  }
}
