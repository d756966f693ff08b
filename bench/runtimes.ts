import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the benchmark under each version of Node in turn. @returns the highest exit code */
export async function benchUnder (versions: readonly string[], args: readonly string[]): Promise<number> {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='))
  const others = args.filter((_, index) => index !== at && !(args[at] === '--node' && index === at + 1))
  const codes = versions.map((version) => {
    const { status } = spawnSync(nodeBinary(version), [join(import.meta.dirname, 'bench.js'), ...others], { stdio: 'inherit' })
    return status ?? 1
  })
  return Math.max(...codes)
}

/** Installs a version of Node from the npm package `node`, unless this process runs it already. */
function nodeBinary (version: string): string {
  if (process.version === `v${version}` || process.version.startsWith(`v${version}.`)) return process.execPath
  const folder = join(import.meta.dirname, '..', 'runtimes', version)
  const binary = join(folder, 'node_modules/node/bin/node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  // Newer versions of npm run install scripts only of the packages listed here.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0 || !existsSync(binary)) throw new Error(`npm could not install node@${version}`)
  return binary
}
