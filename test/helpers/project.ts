import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the project, in which the tests run. */
export const project = pathToFileURL(`${process.cwd()}/`)

/** Returns the path of the compiled program of a source file. */
export function programOf (source: string): string {
  return fileURLToPath(new URL(`../../${source.replace(/\.ts$/, '.js')}`, import.meta.url))
}
