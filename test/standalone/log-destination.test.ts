import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { LogDestination } from '../../lib/standalone/log-destination.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { config, Process } from '../helpers/standalone.ts'
import { start } from '../../lib/standalone/commands/start.ts'
import { startUpstream } from '../helpers/upstream.ts'

const full = '/dev/full'
const skip = existsSync(full) ? false : 'needs /dev/full'

function open (t: Test, file: string, flags: string): number {
  const fd = openSync(file, flags)
  t.teardown(() => closeSync(fd))
  return fd
}

/** Makes a named pipe whose ends do not block. The test must close them. */
async function makePipe (t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const pipe = join(folder, 'pipe')
  spawnSync('mkfifo', [pipe])
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants
  const readingEnd = openSync(pipe, O_RDONLY | O_NONBLOCK)
  const writingEnd = openSync(pipe, O_WRONLY | O_NONBLOCK)
  return { folder, readingEnd, writingEnd }
}

t.test('a full disk only loses log lines, which a metric counts', { skip }, async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(await startUpstream(t, 'one')).replace(', log: silent', ''))
  const destination = new LogDestination(open(t, full, 'w'))
  const host = new Process()
  const { address } = await start(file, { watch: false, destination, settleMs: 0 }, host)

  const statuses = [await fetch(`${address}/a`), await fetch(`${address}/a`)].map(({ status }) => status)
  await destination.flush(10_000)
  const metrics = await (await fetch(`${address}/metrics`)).text()
  host.emit('SIGTERM')

  t.strictSame(statuses, [200, 200])
  t.match(metrics, /^version_gateway_log_lines_lost_total [1-9]/m)
  t.equal(await host.ended(), 0)
})

t.test('lines are written completely and in order, including those of one tick and those at exit', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'log-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'log')
  const destination = new LogDestination(open(t, file, 'a'))
  const lines = Array.from({ length: 3000 }, (_, index) => `{"line":${index},"text":"${'ä'.repeat(20)}"}\n`)

  for (const line of lines) destination.write(line)
  await destination.flush(10_000)
  await destination.flush(10_000)
  destination.write('the end\n')
  destination.flushSync()

  t.equal(readFileSync(file, 'utf8'), `${lines.join('')}the end\n`)
  t.equal(destination.lost, 0)
})

t.test('a stalled reader neither fills the memory nor prevents the exit', { skip: process.platform === 'win32' }, async (t) => {
  const { readingEnd, writingEnd } = await makePipe(t)
  const destination = new LogDestination(writingEnd)
  t.teardown(async () => {
    closeSync(readingEnd)
    // Otherwise it would keep writing to the descriptor, which the next test may get.
    await destination.flush(10_000)
    closeSync(writingEnd)
  })
  const line = `${'x'.repeat(1023)}\n`

  for (let index = 0; index < 6000; index++) destination.write(line)
  await destination.flush(1)
  destination.flushSync()

  t.ok(destination.lost > 1000)
})

t.test('lines wait for a slow reader and arrive completely', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, readingEnd, writingEnd } = await makePipe(t)
  const destination = new LogDestination(writingEnd)
  const lines = Array.from({ length: 375 }, (_, index) => `${index} ${'x'.repeat(1000)}\n`)
  for (const line of lines) destination.write(line)
  // A pipe holds less than this, so the destination has to wait.
  await destination.flush(1)

  const reader = spawn('cat', [join(folder, 'pipe')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const read = text(reader.stdout)
  await once(reader.stdout, 'readable')
  closeSync(readingEnd)
  await destination.flush(60_000)
  closeSync(writingEnd)

  t.equal(await read, lines.join(''))
  t.equal(destination.lost, 0)
})

t.test('a process whose standard output is full keeps serving and stops on a signal', { skip }, async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(await startUpstream(t, 'one'), 'plugin: ./plugin.mjs').replace(', log: silent', ''))
  await write('plugin.mjs', 'export default { register (app) { app.addHook("onListen", () => {}); app.addHook("onReady", async () => { setTimeout(() => process.send("ready"), 0) }) } }')
  const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../lib/standalone/main.ts' : '../../lib/standalone/main.js', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, main, 'start', file], { stdio: ['ignore', open(t, full, 'w'), 'ignore', 'ipc'] })

  await once(child, 'message')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')

  t.equal(code, 0)
})
