import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the benchmark once under each of some versions of Node, one after another. @returns the highest exit code */
export async function benchUnder (versions: readonly string[], args: readonly string[]): Promise<number> {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='))
  const others = args.filter((_, index) => index !== at && !(args[at] === '--node' && index === at + 1))
  const codes = versions.map((version) => {
    const { status } = spawnSync(runtime(version), [join(import.meta.dirname, 'bench.js'), ...others], { stdio: 'inherit' })
    return status ?? 1
  })
  return Math.max(...codes)
}

/** The program of a version of Node, as the npm package `node` brings it. */
function runtime (version: string): string {
  if (process.version === `v${version}` || process.version.startsWith(`v${version}.`)) return process.execPath
  const folder = join(import.meta.dirname, '..', 'runtimes', version)
  const program = join(folder, 'node_modules/node/bin/node')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  // Newer versions of npm run no install script that is not allowed to.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0 || !existsSync(program)) throw new Error(`there is no node@${version} to be had from npm`)
  return program
}
