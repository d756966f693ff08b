import Fastify from 'fastify'
import t from 'tap'
import { ConfigFileInvalid, loadConfig } from '../../lib/standalone/load-config.ts'
import { Standalone } from '../../lib/standalone/standalone.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { config } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('a config file can configure headers for the access log, and its plugin file can add members', async (t) => {
  const { write } = await makeFolder(t)
  await write('plugin.ts', 'export default { logFields: (request) => ({ region: request.headers["x-region"] }) }')
  const more = 'accessLog: { headers: [X-Plan] }\nplugin: ./plugin.ts'
  const file = await write('gateway.yaml', config(await startUpstream(t, 'v1'), more).replace('log: silent', 'log: info'))
  const lines: string[] = []
  const { log } = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const standalone = await Standalone.start(await loadConfig(file), log)
  t.teardown(() => standalone.stop())

  await fetch(`${standalone.address}/a`, { headers: { 'x-plan': 'gold', 'x-region': 'eu' } })
  await until(() => lines.some((line) => line.includes('"msg":"request"')))

  t.match(JSON.parse(lines.find((line) => line.includes('"msg":"request"'))!), { client: '127.0.0.1', headers: { 'x-plan': 'gold' }, region: 'eu' })
})

t.test('a header that may carry credentials is reported with its line', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config('http://127.0.0.1:1', 'accessLog:\n  headers:\n    - x-plan\n    - Authorization\n'))

  const token = 'identity: { providers: [{ name: a, issuer: \'https://a.example\', jwks: { url: \'https://a.example\' }, tokenSources: [{ header: x-caller }] }] }\n'
  const ofTokens = await write('tokens.yaml', config('http://127.0.0.1:1', `${token}accessLog: { headers: [x-plan, X-Caller] }\n`))

  await t.rejects(loadConfig(ofTokens), { message: /:5:32 accessLog\.headers\[1\]: 'X-Caller' has the tokens of callers/ })
  await t.rejects(loadConfig(file), { constructor: ConfigFileInvalid, message: /:7:7 accessLog\.headers\[1\]: 'Authorization' may carry credentials/ })
})
