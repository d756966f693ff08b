import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

let semver: typeof import('semver') | undefined

/** Loads semver on first use, because most APIs use other version numbers. */
export function loadSemver (): typeof import('semver') {
  semver ??= require('semver') as typeof import('semver')
  return semver
}
