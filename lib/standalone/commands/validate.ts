import { loadConfig } from '../load-config.ts'

/** Tells whether a config file can be served. @throws ConfigFileInvalid with everything that is wrong */
export async function validate (file: string): Promise<string> {
  const { file: { versions, aliases = {} } } = await loadConfig(file)
  const names = [...Object.keys(versions), ...Object.entries(aliases).map(([alias, id]) => `${alias} -> ${id}`)]
  return `${file} is valid: ${names.join(', ')}.`
}
