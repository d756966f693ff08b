import t, { type Test } from 'tap'
import { ConfigFileInvalid, loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'

const versions = "versions: { v1: { upstream: 'http://127.0.0.1:1' } }"
const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('\n')
const tenants = (count: number, version: (index: number) => string): string => `${versions}
resolve:
  default: v1
  pin:
    - tenants:
        claim: tid
        map:
${lines(count, (index) => `          tenant-${index}: ${version(index)}`)}
`

async function problemsOf (t: Test, text: string, environment = {}, name = 'gateway.yaml'): Promise<{ messages: string[], count: number }> {
  const file = await (await makeFolder(t)).write(name, text)
  const error = await loadConfig(file, environment).then(() => null, (error: Error) => error)
  if (!(error instanceof ConfigFileInvalid)) throw new Error('the config is valid')
  return { messages: error.message.split('\n').map((line) => line.replace(file, '').replace(/^:/, '')), count: error.count }
}

t.test('of 20,000 wrong values, the first 100 are listed with their lines, and the others counted', async (t) => {
  const { messages, count } = await problemsOf(t, tenants(20_000, () => '1.10'))

  t.equal(count, 20_000)
  t.equal(messages.length, 101)
  t.equal(messages[0], "8:11 resolve.pin[0].tenants.map.tenant-0: expected a version or an alias, got 1.1. Quote it: '1.10'.")
  t.match(messages[99], /^107:11 .*tenant-99: /)
  t.equal(messages[100], ' has 19900 more problems.')
})

for (const [sentence, text] of [
  ['names that are there twice', tenants(300, (index) => `v1\n          tenant-${index}: v1`)],
  ['variables that are not set', tenants(300, (index) => `\${MISSING_${index}}`)],
  ['unknown options', `${versions}\nresolve: { default: v1 }\n${lines(300, (index) => `option${index}: 1`)}\n`],
  ['aliases of unknown versions', `${versions}\nresolve: { default: v1 }\naliases:\n${lines(300, (index) => `  alias${index}: v9`)}\n`]
] as const) {
  t.test(`of many ${sentence}, the first 100 are listed, and all are counted`, async (t) => {
    const { messages, count } = await problemsOf(t, text)

    t.equal(count, 300)
    t.equal(messages.length, 101)
    t.equal(messages.at(-1), ' has 200 more problems.')
  })
}

t.test('problems of the YAML and of its values share the list', async (t) => {
  const { messages, count } = await problemsOf(t, tenants(90, (index) => `\${MISSING_${index}}`) + lines(90, (index) => `option${index}: 1`))

  t.equal(count, 180)
  t.equal(messages.length, 101)
})

t.test('a config that is code counts its problems too', async (t) => {
  const { messages, count } = await problemsOf(t, `export default {
    versions: { v1: { upstream: 'http://127.0.0.1:1' } },
    resolve: { default: 'v1', pin: [{ tenants: { claim: 'tid', map: Object.fromEntries(Array.from({ length: 300 }, (_, i) => ['t' + i, i])) } }] }
  }`, {}, 'gateway.js')

  t.equal(count, 300)
  t.equal(messages.at(-1), ' has 200 more problems.')
})
