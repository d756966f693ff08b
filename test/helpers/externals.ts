import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Folders of server programs are not always in the path of users. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** Returns the path of a program, or `null` if it is not installed. */
export function findProgram (name: string): string | null {
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Returns the options of a test that needs a program of a Debian package: it is skipped if the program is not installed.
 *
 * @throws like `unlessMissing`
 *
 * @example
 * t.test('several gateways share a limit', needs('redis-server'), async (t) => {})
 */
export function needs (program: string, debianPackage = program): { readonly skip: string | false } {
  return unlessMissing(findProgram(program) !== null ? null : `needs ${program}. Install it: apt-get install ${debianPackage}`)
}

/**
 * Returns the options of a test that needs Debian packages: it is skipped if some are missing.
 *
 * @param missing how to install them; `null` if all are installed
 * @throws if `REQUIRE_EXTERNALS=1`, so that the gate cannot skip it
 */
export function unlessMissing (missing: string | null): { readonly skip: string | false } {
  if (missing !== null && process.env.REQUIRE_EXTERNALS === '1') throw new Error(`a test cannot run: ${missing}`)
  return { skip: missing ?? false }
}
