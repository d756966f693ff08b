import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { parseInThread } from '../../lib/standalone/parse-in-thread.ts'
import { parseYamlFile } from '../../lib/standalone/yaml-file.ts'
import { makeFolder } from '../helpers/config-folder.ts'

const tenants = (count: number): string => Array.from({ length: count }, (_, index) => `      tenant-${index}: v1\n`).join('')
const config = (count: number, more = ''): string => `versions: { v1: { upstream: 'http://127.0.0.1:1' } }
identity: { providers: [{ name: idp, issuer: 'https://idp.test', jwks: { url: 'https://idp.test/keys' } }] }
resolve:
  default: v1
  pin:
  - tenants:
     claim: tenant
     map:
${tenants(count)}${more}`

/** Counts the threads that are started until the test ends. */
function threads (t: Test): readonly Worker[] {
  const started: Worker[] = []
  const note = (worker: Worker): void => { started.push(worker) }
  process.on('worker', note)
  t.teardown(() => process.off('worker', note))
  return started
}

t.test('a long file is parsed in a worker thread, which ends with the load; a short one is not', async (t) => {
  const started = threads(t)
  const { write } = await makeFolder(t)

  await loadConfig(await write('short.yaml', config(10)))
  const before = started.length
  const { file } = await loadConfig(await write('long.yaml', config(5000)))

  t.equal(before, 0)
  t.equal(started.length, 1)
  t.equal(Object.keys(file.resolve!.pin![0]!.tenants!.map).length, 5000)
  if (started[0]!.threadId !== -1) await new Promise((resolve) => started[0]!.once('exit', resolve))
  t.equal(started[0]!.threadId, -1)
})

t.test('problems in a long file have lines and remedies', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(5000, '      odd: 1.10\nserver: { port: "$PORT", hots: a }\nforward: { closeGraceMs: "$GRACE" }\n'.replaceAll(/\$(\w+)/g, (_, name: string) => ['$', '{', name, '}'].join(''))))

  const error = await loadConfig(file, { PORT: 'eighty' }).catch((error: unknown) => error)

  t.match(error, {
    problems: [
      { line: 5009, message: "resolve.pin[0].tenants.map.odd: expected a version or an alias, got 1.1. Quote it: '1.10'." },
      { line: 5010, message: /server\.port: expected a port from 0 to 65535, got '\$\{PORT\}'/ },
      { line: 5010, message: "server.hots: unknown option. Did you mean 'host'?" },
      { line: 5011, message: /GRACE is not set/ }
    ]
  })
})

t.test('the first 100 values that need quotes are reported, and the number of the others', async (t) => {
  const { write } = await makeFolder(t)
  const odd = Array.from({ length: 1_500 }, (_, index) => `      odd-${index}: 1\n`).join('')

  const { message } = await loadConfig(await write('gateway.yaml', config(1, odd))).catch((error: Error) => error) as Error

  t.equal(message.match(/Quote it: '1'\./g)?.length, 100)
  t.match(message, /has 1400 more problems/)
})

t.test('a thread returns the same content as parsing without one', async (t) => {
  const text = 'a: &a { n: 1, big: 12345678901234567890, __proto__: 2, f: .inf }\nb: *a\nc: { <<: *a, n: 2 }\ne: [1, null, "x"]\nd: $' + '{NAME}\n'
  const here = parseYamlFile(text, { NAME: 'x' })

  const file = await parseInThread(text, { NAME: 'x' })
  t.teardown(() => file.close())

  t.strictSame(file.value, here.value)
  t.strictSame(file.substitutions, here.substitutions)
  t.strictSame(await file.locate([['c', 'n'], ['e', 2], ['none']]), [here.locate(['c', 'n']), here.locate(['e', 2]), here.locate(['none'])])
})

for (const name of ['gateway.ts', 'gateway.mjs', 'gateway.js', 'gateway.cjs']) {
  t.test(`a long ${name} is transpiled in a worker thread and evaluated in the main thread`, async (t) => {
    const started = threads(t)
    const { write } = await makeFolder(t)
    const map = Array.from({ length: 3_000 }, (_, index) => `'tenant-${index}': id,`).join('\n')
    const value = `{ versions: { [id]: { upstream: process.env.NONE ?? 'http://127.0.0.1:1' } },
      resolve: { default: id, pin: [{ tenants: { claim: 'tenant', map: {${map}} } }] } }`
    await write('id.ts', "export const id: string = 'v1'")
    const head = name.endsWith('cjs') ? "const id = 'v1'\nmodule.exports =" : "import { id } from './id.ts'\nexport default"

    const { file } = await loadConfig(await write(name, `${head} ${value}\n`))
    const wrong = await loadConfig(await write(`wrong-${name}`, `${head} ${value} }\n`)).catch((error: Error) => error.message)

    t.equal(started.length, 2)
    t.equal(Object.keys(file.resolve!.pin![0]!.tenants!.map).length, 3_000)
    t.match(wrong, /wrong-gateway\.\w+ .*Unexpected token/)
  })
}

t.test('variables in a long file get the types that their options expect', async (t) => {
  const { write } = await makeFolder(t)
  const odd = Array.from({ length: 2_000 }, (_, index) => `      odd-${index}: "\${NUMBER}"\n`).join('')

  const { file } = await loadConfig(await write('gateway.yaml', config(1, `${odd}server: { port: "\${PORT}" }\n`)), { NUMBER: '1', PORT: '0' })

  t.equal(file.server?.port, 0)
  t.equal(file.resolve?.pin?.[0]?.tenants?.map['odd-1999'], '1')
})
