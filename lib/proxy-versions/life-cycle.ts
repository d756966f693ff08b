import type { LifeCycleHeaders } from '../registry/life-cycle-headers.ts'

/** What an answer says of its version's end. */
export type LifeCycle = { -readonly [Name in keyof LifeCycleHeaders]: string }

export const nothing: LifeCycle = Object.freeze({})

/** Takes in what somebody else says of the end, where the gateway says something as well. @returns whether it did */
export function mergeEnd (end: LifeCycle, name: string, value: string): boolean {
  if (name === 'deprecation' && end.deprecation !== undefined) end.deprecation = earlierDeprecation(end.deprecation, value)
  else if (name === 'sunset' && end.sunset !== undefined) end.sunset = earlierSunset(end.sunset, value)
  else return false
  return true
}

/**
 * Of two moments of deprecation the earlier one (RFC 9745 2.1: `@` and seconds since 1970). A cluster that says it
 * in another form, as in drafts of the RFC, is not followed.
 */
export function earlierDeprecation (ours: string, theirs: string): string {
  return /^@-?\d{1,15}$/.test(theirs.trim()) && Number(theirs.trim().slice(1)) < Number(ours.slice(1)) ? theirs.trim() : ours
}

/** Of two ends the earlier one (RFC 8594 3: an HTTP-date). */
export function earlierSunset (ours: string, theirs: string): string {
  return isHttpDate(theirs) && Date.parse(theirs) < Date.parse(ours) ? new Date(theirs).toUTCString() : ours
}

/** In the form that is to be sent (RFC 9110 5.6.7). */
function isHttpDate (text: string): boolean {
  return /^\s*[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\s*$/.test(text) && !Number.isNaN(Date.parse(text))
}
