import type { LifeCycleHeaders } from './life-cycle-headers.ts'

/** The fields with which a response announces the end of its version. */
export type LifeCycle = { -readonly [Name in keyof LifeCycleHeaders]: string }

export const noLifeCycle: LifeCycle = Object.freeze({})

/** The names of fields that `mergeLifeCycleField` merges. */
export const lifeCycleNames: ReadonlySet<string> = new Set(['deprecation', 'sunset'])

/** Merges a field of the upstream or the app into the gateway's own. @returns whether the gateway has such a field */
export function mergeLifeCycleField (end: LifeCycle, name: string, value: string): boolean {
  if (name === 'deprecation' && end.deprecation !== undefined) end.deprecation = earlierDeprecation(end.deprecation, value)
  else if (name === 'sunset' && end.sunset !== undefined) end.sunset = earlierSunset(end.sunset, value)
  else return false
  return true
}

/**
 * Returns the earlier of two `Deprecation` values (RFC 9745 2.1: `@` and seconds since 1970). Other forms, as in drafts
 * of the RFC, are ignored.
 */
export function earlierDeprecation (ours: string, theirs: string): string {
  return /^@-?\d{1,15}$/.test(theirs.trim()) && Number(theirs.trim().slice(1)) < Number(ours.slice(1)) ? theirs.trim() : ours
}

/** Returns the earlier of two `Sunset` values (RFC 8594 3: an HTTP-date). */
export function earlierSunset (ours: string, theirs: string): string {
  return isHttpDate(theirs) && Date.parse(theirs) < Date.parse(ours) ? new Date(theirs).toUTCString() : ours
}

/** Whether a text is a date in the preferred format (RFC 9110 5.6.7). */
function isHttpDate (text: string): boolean {
  return /^\s*[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\s*$/.test(text) && !Number.isNaN(Date.parse(text))
}
