import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'

async function problemsOf (t: Test, text: string): Promise<string[]> {
  const file = await (await makeFolder(t)).write('gateway.yaml', `versions: { latest: { upstream: 'http://127.0.0.1:1' } }\n${text}`)
  return await loadConfig(file, {}).then(() => [], (error: Error) => error.message.split('\n').map((line) => line.slice(file.length + 1)))
}

const admin = 'password: abcdefghijklmnop'

for (const [text, expected] of [
  ['metrics: { path: /healthz }', "2:12 metrics.path: '/healthz' is taken by health.live ('/healthz'). Give one of them another path."],
  ['health: { live: /h, ready: /h }', "2:21 health.ready: '/h' is taken by health.live ('/h'). Give one of them another path."],
  ['health: { live: /versions }\ndiscovery: true', "2:11 health.live: '/versions' is taken by discovery.path ('/versions'). Give one of them another path."],
  [`admin: { ${admin}, prefix: /readyz }`, "2:38 admin.prefix: '/readyz' is taken by health.ready ('/readyz'). Give one of them another path."],
  [`admin: { ${admin}, prefix: '' }`, "2:38 admin.prefix: '' is taken by prefix (''). Give one of them another path."],
  [`prefix: /admin\nadmin: { ${admin} }`, "2:1 prefix: '/admin' is taken by admin.prefix ('/admin'). Give one of them another path."],
  [`prefix: /admin/api\nadmin: { ${admin} }`, "2:1 prefix: '/admin/api' is taken by admin.prefix ('/admin'). Give one of them another path."],
  ['prefix: /metrics\nmetrics: true', "2:1 prefix: '/metrics' is taken by metrics.path ('/metrics'). Give one of them another path."]
] as const) {
  t.test(`two parts of the gateway cannot have the same path: ${text}`, async (t) => {
    t.strictSame(await problemsOf(t, text), [expected])
  })
}

t.test('all collisions are reported at once, with their lines', async (t) => {
  const problems = await problemsOf(t, 'health: { live: /a, ready: /a }\nmetrics: { path: /a }\ndiscovery: { path: /b }\nprefix: /b\n')

  t.same(problems.map((line) => line.split(' ', 2).join(' ')), ['2:21 health.ready:', '3:12 metrics.path:', '5:1 prefix:'])
})

t.test('other paths, and the root of a separate admin listener, are no collision', async (t) => {
  t.strictSame(await problemsOf(t, `prefix: /admin\nadmin: { ${admin}, port: 0 }\nmetrics: { path: /admin/metrics }\nhealth: false\n`), [])
})
