import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Parser } from 'tap-parser'

/** Seconds that a test may take. Generous, because machines can be busy. */
const limit = 120

const entry = fileURLToPath(new URL('group.js', import.meta.url))

/**
 * Runs test files in a process of their own and reports each of their tests.
 *
 * @param {string} folder of the compiled project
 * @param {readonly string[]} files sources of the tests
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./report.js').Report} report
 */
export async function runGroup (folder, files, env, report) {
  const started = performance.now()
  const compiled = files.map((file) => join(process.cwd(), folder, file.replace(/\.ts$/, '.js')))
  const child = spawn(process.execPath, ['--enable-source-maps', entry, ...compiled], {
    env: { ...env, TAP_TIMEOUT: String(limit) }, stdio: ['ignore', 'pipe', 'pipe']
  })
  let failures = 0
  const parser = new Parser()
  parser.on('assert', (result) => report.add(result))
  followFailures(parser, (result) => {
    failures++
    report.fail(result)
  })
  const ended = once(child, 'exit')
  child.stdout.pipe(parser)
  // Warnings, and why the process crashed.
  child.stderr.setEncoding('utf8').on('data', (text) => report.print(text.trimEnd()))
  await once(parser, 'complete')
  const [code, signal] = await ended
  if (failures === 0 && (code !== 0 || !parser.ok)) report.crash(files, `the process ended with ${signal ?? `code ${code}`}`)
  report.finish(files, (performance.now() - started) / 1000)
}

/** Calls back for each failed assertion, at any depth, but not for the tests around it. */
function followFailures (parser, onFailure) {
  parser.on('child', (child) => followFailures(child, onFailure))
  parser.on('assert', (result) => {
    if (!result.ok && !result.closingTestPoint && !result.todo && !result.skip) onFailure(result)
  })
}
