import { FileReader } from './file-reader.ts'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import { FileSettler, type SettleOptions } from './settle-files.ts'

/**
 * Loads a config whose files have not changed for a while, nor while they were read.
 *
 * @param fingerprints filled with the fingerprints of the files that were read, even if the config is invalid
 * @throws ConfigFileInvalid with all problems, or an error when files keep changing
 */
export async function loadSettledConfig (
  file: string, environment: NodeJS.ProcessEnv, options: SettleOptions, fingerprints = new Map<string, string>()
): Promise<LoadedConfig> {
  const streams = new Map<string, Buffer>()
  const settler = new FileSettler(options)
  for (;;) {
    const files = new FileReader((each) => settler.waitUntilSettled(each), streams)
    const loading = loadConfig(file, environment, files)
    await loading.catch(() => {})
    const changed = await files.findChanged()
    fingerprints.clear()
    for (const [name, content] of files.fingerprints) fingerprints.set(name, content)
    if (changed === undefined) return await loading
    // An error of the loading has a place in the file.
    if (settler.hasTimedOut) await loading
    settler.throwIfTimedOut(changed)
  }
}
