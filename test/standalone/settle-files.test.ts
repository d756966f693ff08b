import { appendFile, open, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { start } from '../../lib/standalone/commands/start.ts'
import { loadSettledConfig } from '../../lib/standalone/load-settled-config.ts'
import { LogDestination } from '../../lib/standalone/log-destination.ts'
import { FileWatcher } from '../../lib/standalone/watch-files.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { config, Process, served } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** A clock that never really waits, and a file that is written according to that clock. */
function makeClock (file: string, steps: Array<string | (() => string)>) {
  const clock = {
    time: Date.now(),
    now: () => clock.time,
    wait: async (ms: number) => {
      clock.time += ms
      await clock.next()
    },
    next: async () => {
      const step = steps.shift()
      if (step === undefined) return
      await appendFile(file, typeof step === 'string' ? step : step())
      await utimes(file, clock.time / 1000, clock.time / 1000)
    }
  }
  return clock
}

t.test('a file that is written in several steps is read completely', async (t) => {
  const file = join((await makeFolder(t)).folder, 'gateway.yaml')
  const steps = Array.from({ length: 60 }, (_, index) => `  v${index}: { upstream: 'http://127.0.0.1:1' }\n`)
  const clock = makeClock(file, ['versions:\n', ...steps, 'resolve: { default: v59 }\n'])
  await clock.next()
  const changing: string[] = []

  const loaded = await loadSettledConfig(file, {}, { settleMs: 500, clock, onChanging: (name) => changing.push(name) })

  t.equal(Object.keys(loaded.file.versions).length, 60)
  t.strictSame(changing, [file])
})

t.test('a file that never stops changing is rejected, and counts as changed afterwards', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config('http://127.0.0.1:1'))
  const clock = makeClock(file, Array.from({ length: 1000 }, (_, index) => () => `# ${index}\n`))
  await clock.next()
  const files = new Map<string, string>()

  const loading = loadSettledConfig(file, {}, { settleMs: 500, clock }, files)

  await t.rejects(loading, { message: `${file} ${file} has kept changing for 60 s, so it may be incomplete. Write it to a temporary file, then rename that file.` })
  t.strictSame([...files], [[file, 'STILL_CHANGING']])
})

const files: Record<string, (name: string) => string> = {
  'a plugin': (name) => `plugin: ./${name}\n`,
  'a file of keys': (name) => `identity: { providers: [{ name: idp, issuer: 'https://a.example', jwks: { file: ${name} } }] }\n`
}
const contents: Record<string, string[]> = {
  'a plugin': ['export default { resolvers: {', ' b: { name: "b", resolve () {} } } }\n'],
  'a file of keys': ['{ "keys": [', `${JSON.stringify(makeIssuer().jwk)}] }`]
}
for (const [kind, section] of Object.entries(files)) {
  t.test(`${kind} that is still being written is read completely`, async (t) => {
    const { folder, write } = await makeFolder(t)
    const file = await write('gateway.yaml', config('http://127.0.0.1:1', section('other.mjs')))
    await utimes(file, 0, 0)
    const clock = makeClock(join(folder, 'other.mjs'), [...contents[kind]!])
    await clock.next()

    const loaded = await loadSettledConfig(file, {}, { settleMs: 500, clock })

    t.ok(loaded.plugin.resolvers?.b ?? loaded.file.identity?.providers[0]?.jwks.keys)
  })
}

t.test('a config that changes while its files are read is read again', async (t) => {
  const { folder, write } = await makeFolder(t)
  const file = await write('gateway.yaml', config('http://127.0.0.1:1', 'plugin: ./plugin.mjs\n'))
  // The plugin writes the config when it is evaluated, which is after the config was read.
  await write('plugin.mjs', `import { writeFileSync, utimesSync } from 'node:fs'
writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(config('http://127.0.0.1:2', 'plugin: ./plugin.mjs\n'))})
utimesSync(${JSON.stringify(file)}, 0, 0)
export default { resolvers: { host: { name: 'host', resolve () {} } } }
`)
  for (const name of ['plugin.mjs', 'gateway.yaml']) await utimes(join(folder, name), 0, 0)

  const loaded = await loadSettledConfig(file, {}, { settleMs: 500 })

  t.strictSame(loaded.file.versions, { v1: { upstream: 'http://127.0.0.1:2' } })
})

t.test('the start waits until the file has settled, and logs that', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(one).replace(', log: silent', ''))
  const log = await write('log', '')
  const clock = makeClock(file, ['# edited\n', () => `resolve: { default: v2 }\nversions:\n  v2: { upstream: '${two}' }\n`])
  await writeFile(file, 'server: { port: 0 }\n')
  await clock.next()
  const host = new Process()
  const handle = await open(log, 'w')
  t.teardown(() => handle.close())

  const { address } = await start(file, { watch: false, clock, destination: new LogDestination(handle.fd) }, host)
  t.teardown(async () => { host.emit('SIGTERM'); await host.ended() })

  t.equal(await served(address), '200 v2 two')
  await until(async () => /gateway\.yaml","msg":"file is still changing; reading it after 500 ms without a change"/.test(await readFile(log, 'utf8')))
})

t.test('a watched file that never stops changing is eventually reported', async (t) => {
  const looks = holdTimers(t, 500)
  const { write } = await makeFolder(t)
  const watched = await FileWatcher.watch(await write('gateway.yaml', 'one'))
  t.teardown(() => watched.close())
  let reports = 0
  watched.setListener(() => { reports++ })

  for (let look = 1; look <= 10; look++) {
    await write('gateway.yaml', `change ${look}`)
    looks.at(-1)!.fire()
    await until(() => looks.length > look)
    t.equal(reports, look < 10 ? 0 : 1)
  }
})
