import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Parser } from 'tap-parser'

/** Seconds that a test may take. Generous, because machines can be busy. */
const limit = 120

const entry = fileURLToPath(new URL('entry.js', import.meta.url))

/**
 * Runs test files one after another in a process of their own, and reports each of their tests.
 *
 * @param {string} folder of the compiled project
 * @param {string[]} queue sources of the tests; the process takes files from it until it is empty, so several can share it
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./report.js').Report} report
 */
export async function runTestFiles (folder, queue, env, report) {
  let file
  let failures = 0
  const child = spawn(process.execPath, ['--enable-source-maps', entry], {
    env: { ...env, TEST_FOLDER: folder, TAP_TIMEOUT: String(limit) }, stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  child.on('message', (message) => {
    // tap sends messages of its own.
    if (message !== 'next') return
    if (file !== undefined) report.finish()
    file = queue.shift()
    // If the process has ended, `exit` follows with the reason.
    child.send(file === undefined ? null : join(process.cwd(), folder, file.replace(/\.ts$/, '.js')), () => {})
  })
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
  if (file !== undefined) report.finish()
  if (file !== undefined || (failures === 0 && (code !== 0 || !parser.ok))) {
    report.crash(file ?? 'a test process', `the process ended with ${signal ?? `code ${code}`}`)
  }
}

/** Calls back for each failed assertion, at any depth, but not for the tests around it. */
function followFailures (parser, onFailure) {
  parser.on('child', (child) => followFailures(child, onFailure))
  parser.on('assert', (result) => {
    if (!result.ok && !result.closingTestPoint && !result.todo && !result.skip) onFailure(result)
  })
}
