import semver from 'semver'
import type { RegistryOptions } from '../../types/index.ts'

/** What a version or alias may be called, and what a request may say. Keeps `__proto__`, paths and list syntax out. */
const grammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** What an override may say where ranges are allowed. */
const rangeGrammar = /^(?:\*|[\^~]?[A-Za-z0-9][A-Za-z0-9._-]{0,62})$/

export function isVersionId (text: string): boolean {
  return grammar.test(text)
}

export function isVersionRange (text: string): boolean {
  return rangeGrammar.test(text)
}

/** The form that ids are compared in: ASCII letters without case. */
export function canonicalId (id: string): string {
  return id.toLowerCase()
}

type Canonical = (id: string) => string

const forms: Readonly<Record<string, Canonical>> = {
  integer: (id) => /^v?\d+$/i.test(id) ? id.replace(/^v?0*(?=\d)/i, '') : canonicalId(id),
  semver (id) {
    const [, major, minor = '0', patch = '0', rest = ''] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9a-z.-]+)?$/i.exec(id) ?? []
    return (major === undefined ? null : semver.valid(`${major}.${minor}.${patch}${rest}`)) ?? canonicalId(id)
  }
}

/** The form that ids of a format are compared in. Names of another form are compared as they are, without case. */
export function canonicalForm ({ format = 'string' }: RegistryOptions): Canonical {
  return Object.hasOwn(forms, format) ? forms[format]! : canonicalId
}

/** Whether a name looks like a date, but is none of the calendar (2016-02-30). */
export function isImpossibleDate (name: string): boolean {
  return isDate(name) && (Number.isNaN(Date.parse(name)) || new Date(name).toISOString().slice(0, 10) !== name)
}

export function isDate (name: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(name)
}
