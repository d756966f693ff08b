import { loadConfig } from '../load-config.ts'
import { tryBuild } from '../try-build.ts'

/** Checks a config file as `start` would, and returns a summary. @throws ConfigFileInvalid with all problems */
export async function validate (file: string): Promise<string> {
  const config = await loadConfig(file)
  await tryBuild(file, config)
  const { versions, aliases = {} } = config.file
  const names = [...Object.keys(versions), ...Object.entries(aliases).map(([alias, id]) => `${alias} -> ${id}`)]
  return `${file} is valid: ${names.join(', ')}.`
}
