import t from 'tap'
import type { LoadedFile } from '../../lib/standalone/loaded-file.ts'
import { ConfigFileInvalid, loadConfig } from '../../lib/standalone/load-config.ts'
import { removedProtection } from '../../lib/standalone/removals.ts'
import { startService } from '../helpers/checked.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { config, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const waf = { name: 'waf', url: 'http://127.0.0.1:9000', body: { maxBytes: 10 }, mode: 'observe' as const }

t.test('the checks of a config file decide about requests', async (t) => {
  const service = await startService(t, (request, response) => { response.writeHead(request.url === '/no' ? 403 : 200).end() })
  const { origin } = await run(t, config(await startUpstream(t, 'v1'), `checks: [{ name: authz, url: '${service.url}' }]`))

  const statuses = [(await fetch(`${origin}/yes`)).status, (await fetch(`${origin}/no`)).status]

  t.strictSame(statuses, [200, 403])
})

for (const [what, more, message] of [
  ['an invalid URL', 'checks: [{ name: waf, url: here }]', /checks\[0\]\.url: expected an http\(s\) URL/],
  ['a single check instead of a list', 'checks: { name: waf }', /checks: expected false, or a list of checks/],
  ['a rule that names an unknown check', 'routes: [{ name: all, checks: [waf] }]', /routes\[0\]\.checks\[0\]: there is no external check 'waf'/]
] as const) {
  t.test(`a config file with ${what} is refused`, async (t) => {
    const { write } = await makeFolder(t)
    const file = await write('gateway.yaml', config('http://127.0.0.1:1', more))

    await t.rejects(loadConfig(file, {}), { constructor: ConfigFileInvalid, message })
  })
}

t.test('false means no checks on purpose', async (t) => {
  const { write } = await makeFolder(t)

  const { file } = await loadConfig(await write('gateway.yaml', config('http://127.0.0.1:1', 'checks: false')), {})

  t.notOk('checks' in file)
})

t.test('a reload cannot remove a check or its body by accident', async (t) => {
  const removed = (before: object, after: object): string[] => removedProtection(before as LoadedFile, after as LoadedFile)

  t.strictSame(removed({ checks: [waf] }, {}), ['checks'])
  t.strictSame(removed({ checks: [waf, { ...waf, name: 'authz' }] }, { checks: [waf] }), ['checks.authz'])
  t.strictSame(removed({ checks: [waf] }, { checks: [{ name: 'waf', url: waf.url }] }), ['checks.waf.body'])
})
