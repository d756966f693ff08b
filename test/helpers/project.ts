import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the project, from which the tests run. */
export const project = pathToFileURL(`${process.cwd()}/`)

/** The compiled program of a source file, as a path. */
export function programOf (source: string): string {
  return fileURLToPath(new URL(`../../${source.replace(/\.ts$/, '.js')}`, import.meta.url))
}
