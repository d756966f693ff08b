import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { makeFolder } from '../helpers/config-folder.ts'
import { readManifests } from '../helpers/manifests.ts'
import { plainEnvironment } from '../helpers/run-example.ts'
import { served } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { programOf, project } from '../helpers/project.ts'

const folder = new URL('examples/systemd/', project)

/** Returns the values of every key in a section. A key can occur more than once. */
async function section (name: string): Promise<Map<string, string[]>> {
  const lines = (await readFile(new URL('fastify-version-gateway.service', folder), 'utf8')).split('\n')
  const keys = new Map<string, string[]>()
  let current = ''
  for (const line of lines.filter((each) => !/^\s*([#;].*)?$/.test(each))) {
    const [, header] = /^\[(\w+)\]$/.exec(line) ?? []
    if (header !== undefined) current = header
    else if (current === name) {
      const [, key, value] = /^(\w+)=(.*)$/.exec(line)!
      keys.set(key!, [...keys.get(key!) ?? [], value!])
    }
  }
  return keys
}

/** Runs the program like the unit, and collects its log. */
async function runProgram (t: Test, text: string) {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', text)
  const program = spawn(process.execPath, [programOf('lib/standalone/main.ts'), 'start', file], {
    env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => program.kill('SIGKILL'))
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value) as { msg: string, address: string, problems: string[] }
  return { program, write, next }
}

t.test('the unit stops and reloads the gateway with the right signals, and with a sufficient timeout', async (t) => {
  const service = await section('Service')
  const { config: { server: { drainMs = 0 } = {}, forward: { closeGraceMs = 10_000 } = {} } } = await readManifests()
  const [program, script, command, file] = service.get('ExecStart')![0]!.split(' ')

  t.strictSame(service.get('Type'), ['exec'])
  t.strictSame(service.get('KillSignal'), ['SIGTERM'])
  t.equal(service.get('ExecReload')!.at(-1), '/bin/kill -HUP $MAINPID')
  t.equal(service.get('ExecReload')![0], `${program} ${script} validate ${file}`)
  t.equal(command, 'start')
  t.ok(Number(service.get('TimeoutStopSec')) * 1000 >= drainMs + closeGraceMs + 5_000)
  t.strictSame(service.get('Restart'), ['on-failure'])
})

t.test('the unit restricts the gateway, except for what V8 needs', async (t) => {
  const service = await section('Service')

  for (const [key, value] of Object.entries({
    DynamicUser: 'yes',
    NoNewPrivileges: 'yes',
    CapabilityBoundingSet: '',
    ProtectSystem: 'strict',
    ProtectHome: 'yes',
    PrivateTmp: 'yes',
    RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX'
  })) t.strictSame(service.get(key), [value], key)
  t.notOk(service.has('MemoryDenyWriteExecute'))
  t.ok(service.has('EnvironmentFile'))
})

t.test('the program logs the outcome of each reload and exits with 0', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const config = (upstream: string, more = ''): string => `server: { port: 0 }\nversions: { v1: { upstream: '${upstream}' } }\nresolve: { default: v1 }\n${more}`
  const { program, write, next } = await runProgram(t, config(one))
  const notifications: string[] = []
  const reload = async (text: string): Promise<string[]> => {
    await write('gateway.yaml', text)
    program.kill('SIGHUP')
    const { msg, problems } = await next()
    notifications.push(msg)
    return problems
  }

  const { address } = await next()
  const problems = await reload('versions: {}')
  const during = await served(address)
  await next()
  await reload(config(two))
  await reload(config(two))
  await reload(config(two, 'discovery: true'))
  await reload(config(two, 'discovery: true').replace('port: 0', 'port: 1'))
  program.kill('SIGTERM')
  const [code] = await once(program, 'exit')

  t.equal(during, '200 v1 one')
  t.match(problems[0], /gateway\.yaml:1:1 versions/)
  t.strictSame(notifications, [
    'config reload rejected; keeping the previous config', 'versions of the config applied',
    'config unchanged', 'config applied',
    'server.port cannot change at run time: restart the gateway. The rest of the config was applied'
  ])
  t.equal(code, 0)
  const readme = await readFile(new URL('../kubernetes/README.md', folder), 'utf8')
  for (const line of new Set(notifications)) t.ok(readme.includes(line), `the README has the line: ${line}`)
})
