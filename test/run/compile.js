import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { entryPoints } from '../../scripts/entry-points.js'

/**
 * Compiles the library, its tests and its examples to plain JavaScript, in a new folder that is removed when the process
 * exits. A folder per run lets two runs share a checkout and never runs a test file that has been deleted.
 *
 * @returns {Promise<string>} the folder, relative to the project
 */
export async function compile () {
  await mkdir('build', { recursive: true })
  const folder = await mkdtemp('build/test-')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await compileTo(folder)
  return folder
}

/** @param {string} folder relative to the project */
export async function compileTo (folder) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const compiler = spawn(process.execPath, [tsc, '-p', 'tsconfig.test.json', '--outDir', folder], { stdio: 'inherit' })
  const [code] = await once(compiler, 'exit')
  if (code !== 0) throw new Error('The tests do not compile.')
  await Promise.all([
    cp('lib/admin/page', `${folder}/lib/admin/page`, { recursive: true }),
    writeFile(`${folder}/package.json`, await manifest())
  ])
}

/** The examples import the package by its name. This manifest makes that name stand for the compiled library. */
async function manifest () {
  const { name, version, description, type, exports } = JSON.parse(await readFile('package.json', 'utf8'))
  const compiled = Array.from(entryPoints, ([subpath, source]) => [subpath, `./${source.replace(/\.ts$/, '.js')}`])
  return JSON.stringify({ name, version, description, type, exports: { ...exports, ...Object.fromEntries(compiled) } })
}
