// Runs the apps in this folder with a packed tarball: node test/apps/run.mjs fastify-version-gateway-0.1.0.tgz
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const tarball = resolve(process.argv[2])
const folder = mkdtempSync(join(tmpdir(), 'apps-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
cpSync(import.meta.dirname, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') })

run(folder, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error')
run(folder, 'npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', tarball)
for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')) {
  const app = join(folder, name)
  console.log(`\n${name}`)
  if (hasTestScript(app)) run(app, 'npm', 'test', '--silent')
  else run(app, process.execPath, '--test', '--test-reporter=spec', readdirSync(app).find((file) => file.startsWith('app.test.')))
}

/** Runs a command in a folder. If it fails, so does this process. */
function run (cwd, command, ...args) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exitCode = status ?? 1
}

function hasTestScript (app) {
  const file = join(app, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.test !== undefined
}
