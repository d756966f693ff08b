// npm test                             all tests
// npm test -- headers flow/retries     only the test files whose paths contain one of these
// npm test -- --without flow/          all others
// npm run test:coverage                all tests, with their coverage
// npm test -- --compiled build/ci      what `node test/run/compile-to.js build/ci` has compiled
//
// Compiles the project once and runs its test files in a few processes. tap's own runner starts a process for each file,
// and most files spend more time on loading Fastify, undici and tap than on their tests.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { compile } from './compile.js'
import { checkCoverage } from './coverage.js'
import { makeKeys } from './keys.js'
import { Report } from './report.js'
import { findTestFiles } from './test-files.js'
import { runTestFiles } from './test-process.js'

const { values: { coverage, compiled, without }, positionals } = parseArgs({
  options: { coverage: { type: 'boolean' }, compiled: { type: 'string' }, without: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true
})
const { shared, isolated } = await findTestFiles(positionals, without)
const report = new Report(shared.length + isolated.length)
if (compiled === undefined) report.print('Compiling')
const [folder, keys] = await Promise.all([compiled ?? compile(), makeKeys()])
const env = { ...process.env, TEST_RSA_KEYS: keys, ...coverage && { NODE_V8_COVERAGE: `${folder}/coverage` } }

/** Runs test files until none is left. A process that crashes is replaced. */
async function work () {
  while (isolated.length > 0) await runTestFiles(folder, isolated.splice(0, 1), env, report)
  while (shared.length > 0) await runTestFiles(folder, shared, env, report)
}
// Many tests wait more than they compute, so there are two processes more than there are cores.
await Promise.all(Array.from({ length: availableParallelism() + 2 }, work))

const isCovered = !coverage || await checkCoverage(folder)
process.exitCode = report.summarize() && isCovered ? 0 : 1
