import { Files } from './files.ts'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import { Settling, type SettlingOptions } from './settled.ts'

/**
 * Loads a config whose files have not changed for a while, nor while they were read.
 *
 * @param fingerprints filled with the fingerprints of the files that were read, even if the config is invalid
 * @throws ConfigFileInvalid with all problems, or an error when files keep changing
 */
export async function loadWhole (
  file: string, environment: NodeJS.ProcessEnv, options: SettlingOptions, fingerprints = new Map<string, string>()
): Promise<LoadedConfig> {
  const streams = new Map<string, Buffer>()
  const settling = new Settling(options)
  for (;;) {
    const files = new Files((each) => settling.settled(each), streams)
    const loading = loadConfig(file, environment, files)
    await loading.catch(() => {})
    const changed = await files.findChanged()
    fingerprints.clear()
    for (const [name, content] of files.fingerprints) fingerprints.set(name, content)
    if (changed === undefined) return await loading
    // An error of the loading has a place in the file.
    if (settling.isOver) await loading
    settling.refuseIfOver(changed)
  }
}
