import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FileReader } from './file-reader.ts'
import { parseInThread } from './parse-in-thread.ts'
import { transpileInThread } from './transpile-in-thread.ts'
import type { ConfigFile } from './yaml-file.ts'

const require = createRequire(import.meta.url)

/** Minimum length of a file that is parsed or transpiled in another thread, which takes about a millisecond per kilobyte. */
const longText = 32 * 1024

/**
 * Reads a config file: `.yaml`, `.yml` and `.json` with environment variables, or the default export of `.ts` and `.js`.
 *
 * @throws when the file cannot be read, or when its code fails
 */
export async function readConfigFile (file: string, environment: NodeJS.ProcessEnv, files = new FileReader()): Promise<ConfigFile> {
  const text = await files.read(file)
  if (/^\.[cm]?[jt]s$/.test(extname(file))) return readCode(await defaultExport(file, text))
  if (text.length >= longText) {
    // Where threads are not permitted (`node --permission`), a slow reload is better than none.
    const parsed = await parseInThread(text, environment).catch(() => null)
    if (parsed !== null) return parsed
  }
  const { parseYamlFile } = await import('./yaml-file.ts')
  const { locate, ...content } = parseYamlFile(text, environment)
  return { ...content, locate: async (paths) => paths.map(locate), close () {} }
}

/** Code has no places. */
function readCode (value: unknown): ConfigFile {
  const nowhere = { line: null, column: null, source: undefined }
  return {
    value, problems: [], problemCount: 0, broken: [], substitutions: [], locate: async (paths) => paths.map(() => nowhere), close () {}
  }
}

/**
 * Evaluates a user's module, which may be TypeScript, and returns its default export. `import()` would cache a JavaScript
 * module for good, so a reload would never see a change.
 *
 * @throws errors of the module
 */
export async function defaultExport (file: string, source: string): Promise<unknown> {
  const url = pathToFileURL(file).href
  const code = source.length < longText ? null : await transpileInThread(file, source).catch(() => null)
  const { createJiti } = require('jiti') as typeof import('jiti')
  const jiti = createJiti(url, {
    moduleCache: false,
    // The module may import others, which are transpiled here.
    ...code !== null && { transform: (options) => ({ code: options.source === source ? code : createJiti(url).transform(options) }) }
  })
  const exported = await jiti.evalModule(source, { filename: file, async: true, forceTranspile: true })
  return (Object(exported) as { default?: unknown }).default ?? exported
}
