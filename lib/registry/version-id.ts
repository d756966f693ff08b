import { createRequire } from 'node:module'
import type { RegistryOptions } from '../../types/index.ts'

const require = createRequire(import.meta.url)

/** Valid names of versions and aliases, in the config and in requests. Excludes `__proto__`, paths and list syntax. */
const grammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** Valid values of overrides if ranges are allowed. */
const rangeGrammar = /^(?:\*|[\^~]?[A-Za-z0-9][A-Za-z0-9._-]{0,62})$/

export function isVersionId (text: string): boolean {
  return grammar.test(text)
}

export function isVersionRange (text: string): boolean {
  return rangeGrammar.test(text)
}

/** Returns the form in which ids are compared: lower case. */
export function canonicalId (id: string): string {
  return id.toLowerCase()
}

type Canonical = (id: string) => string

const forms: Readonly<Record<string, Canonical>> = {
  integer: (id) => /^v?\d+$/i.test(id) ? id.replace(/^v?0*(?=\d)/i, '') : canonicalId(id),
  semver (id) {
    const [, major, minor = '0', patch = '0', rest = ''] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9a-z.-]+)?$/i.exec(id) ?? []
    return (major === undefined ? null : loadSemver().valid(`${major}.${minor}.${patch}${rest}`)) ?? canonicalId(id)
  }
}

/** Returns the function that converts ids to the form in which they are compared. Ids that do not match the format only ignore case. */
export function canonicalForm ({ format }: Pick<RegistryOptions, 'format'>): Canonical {
  return format !== undefined && Object.hasOwn(forms, format) ? forms[format]! : canonicalId
}

/** Whether a name looks like a date, but is not in the calendar (2016-02-30). */
export function isImpossibleDate (name: string): boolean {
  return isDate(name) && (Number.isNaN(Date.parse(name)) || new Date(name).toISOString().slice(0, 10) !== name)
}

export function isDate (name: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(name)
}

let semver: typeof import('semver') | undefined

/** Loads semver on first use, because most APIs use other version numbers. */
export function loadSemver (): typeof import('semver') {
  semver ??= require('semver') as typeof import('semver')
  return semver
}
