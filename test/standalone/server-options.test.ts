import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { Standalone } from '../../lib/standalone/standalone.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway and collects its log. Also returns a function that loads another file. */
async function serve (t: Test, server: string, more = '') {
  const lines: Array<{ level: number, msg: string, options?: string[] }> = []
  const upstream = await startUpstream(t, 'one')
  const { write } = await makeFolder(t)
  const load = async (server: string, more: string) =>
    await loadConfig(await write('gateway.yaml', `server: ${server}\nversions: { v1: { upstream: '${upstream}' } }\naliases: { latest: v1 }\n${more}`))
  const { log } = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line)) } } } })
  const standalone = await Standalone.start(await load(server, more), log)
  t.teardown(() => standalone.stop())
  return { standalone, lines, reload: async (server: string, more = '') => await standalone.reload(await load(server, more)) }
}

async function seen (standalone: Standalone): Promise<Record<string, string>> {
  const response = await fetch(`${standalone.address}/a`, { headers: { 'x-forwarded-for': '10.1.2.3' } })
  return (await response.json() as { headers: Record<string, string> }).headers
}

t.test('trustProxy can be changed by a reload', async (t) => {
  const { standalone, reload } = await serve(t, '{ port: 0 }')

  const before = await seen(standalone)
  await reload('{ port: 0, trustProxy: true }')
  const after = await seen(standalone)

  t.equal(before['x-real-ip'], '127.0.0.1')
  t.equal(after['x-real-ip'], '10.1.2.3')
})

t.test('the log level can be changed by a reload, also for requests', async (t) => {
  const { standalone, lines, reload } = await serve(t, '{ port: 0 }')
  const requests = (): number => lines.filter(({ msg }) => msg === 'request').length

  await reload('{ port: 0, log: error }')
  await seen(standalone)
  await seen(standalone)
  const quiet = requests()
  await reload('{ port: 0, log: info }', 'forward: { versionHeader: x-v }')
  await seen(standalone)
  await seen(standalone)

  t.equal(quiet, 0)
  t.not(requests(), 0)
})

t.test('a changed address needs a restart, which is logged, and the other changes take effect', async (t) => {
  const admin = "admin: { password: 'correct horse battery', port: 0 }"
  const { standalone, lines, reload } = await serve(t, '{ port: 0 }', admin)
  const { address, adminAddress } = standalone

  await reload('{ port: 1, host: 0.0.0.0 }', `${admin.replace('port: 0', 'port: 2')}\nforward: { versionHeader: x-v }`)
  const response = await fetch(`${address}/a`)

  t.equal(response.headers.get('x-v'), 'v1')
  t.strictSame([standalone.address, standalone.adminAddress], [address, adminAddress])
  t.match(lines.find(({ options }) => options !== undefined), {
    level: 40, options: ['server.host', 'server.port', 'admin.port'], msg: /^server\.host, server\.port, admin\.port cannot change at run time: restart the gateway/
  })
})
