import { readFileSync } from 'node:fs'

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The source of each entry point of the package. */
export const entryPoints = new Map(Object.keys(exports).filter((subpath) => !subpath.endsWith('.json')).map((subpath) =>
  [subpath, subpath === '.' ? 'lib/index.ts' : `lib/${subpath.slice(2)}/index.ts`]))

/** The name of the files of an entry point. */
export function nameOf (subpath) {
  return subpath === '.' ? 'index' : subpath.slice(2)
}
