import t from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { config, run, served } from '../helpers/standalone.ts'
import { sendRaw } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const admin = "admin: { password: 'correct horse battery' }"
const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })
const known = basic('ada', 'correct horse battery')

t.test('there are no admin pages unless configured', async (t) => {
  const { origin } = await run(t, config(await startUpstream(t, 'one')))

  t.equal((await fetch(`${origin}/admin/api/versions`).then((response) => response.text())).includes('"servedBy":"one"'), true)
})

t.test('a user with the password has access and is named in the audit log', async (t) => {
  const { origin, standalone } = await run(t, config(await startUpstream(t, 'one'), admin))
  const statusOf = async (headers = {}) => (await fetch(`${origin}/admin/api/versions`, { headers })).status

  const refused = await fetch(`${origin}/admin/`)
  t.equal(refused.status, 401)
  t.match(refused.headers.get('www-authenticate'), /^Basic realm="admin"/)
  t.equal(await statusOf(basic('ada', 'correct horse')), 401)
  t.equal(await statusOf({ authorization: 'Bearer correct' }), 401)
  t.equal(await statusOf(known), 200)
  const disabled = await fetch(`${origin}/admin/api/versions/v1/disable`, {
    method: 'POST', headers: { ...known, 'content-type': 'application/json' }, body: '{"reason":"a test"}'
  })
  t.equal(disabled.status, 200)
  t.match(standalone.app.versions.get('v1'), { disabled: { reason: 'a test' } })
  t.match(await (await fetch(`${origin}/admin/api/audit`, { headers: known })).json(), { changes: [{ actor: 'ada' }] })
})

t.test('on a separate port, the admin pages are at the root and stay available across reloads', async (t) => {
  const [one, two] = [await startUpstream(t, 'one'), await startUpstream(t, 'two')]
  const own = "admin: { password: 'correct horse battery', port: 0 }"
  const { origin, write, host, standalone } = await run(t, config(one, own))
  const address = standalone.adminAddress!
  const { app } = standalone
  const upstreamsTold = async () => await (await fetch(`${address}/api/health`, { headers: known })).text()
  t.ok((await upstreamsTold()).includes(one))
  t.match(await served(origin), '200 v1 one')

  await write('gateway.yaml', config(two, `${own}\nforward: { versionHeader: x-served }`))
  host.emit('SIGHUP')
  await until(() => standalone.app !== app)

  t.ok((await upstreamsTold()).includes(two))
  t.equal((await fetch(`${address}/api/health`)).status, 401)
})

t.test('an admin port that is added by a reload needs a restart; until then the pages stay where they are', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { origin, write, host, standalone } = await run(t, config(upstream, admin.replace(' }', ', prefix: /ops }')))
  const reload = async (more: string): Promise<void> => {
    const { app } = standalone
    await write('gateway.yaml', config(upstream, more))
    host.emit('SIGHUP')
    await until(() => standalone.app !== app)
  }
  const statusOf = async (headers: Record<string, string>): Promise<number> => (await fetch(`${origin}/ops/api/versions`, { headers })).status
  const own = "admin: { password: 'another battery staple', port: 1, prefix: /other }"

  await reload(`${own}`)
  const first = [await statusOf(known), await statusOf(basic('ada', 'another battery staple'))]
  await reload(`${own}\nforward: { versionHeader: x-served }`)

  t.strictSame(first, [401, 200])
  t.equal(await statusOf(basic('ada', 'another battery staple')), 200)
  t.equal(standalone.adminAddress, null)
})

t.test('admin pages that are added by a reload with a separate port need a restart', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { origin, write, file, standalone } = await run(t, config(upstream))
  await write('gateway.yaml', config(upstream, "admin: { password: 'correct horse battery', port: 1 }"))

  await standalone.reload(await loadConfig(file))
  const served = await (await fetch(`${origin}/admin/api/versions`)).text()
  await write('gateway.yaml', config(upstream, `${admin}\nconfirmRemoved: [admin.port]`))
  await standalone.reload(await loadConfig(file))

  t.match(served, '"servedBy":"one"')
  t.equal((await fetch(`${origin}/admin/api/versions`, { headers: known })).status, 200)
})

t.test('the host and the prefix of the admin listener are configurable', async (t) => {
  const own = "admin: { password: 'correct horse battery', port: 0, host: '127.0.0.1', prefix: /versions }"
  const { standalone } = await run(t, config(await startUpstream(t, 'one'), own))

  t.equal((await fetch(`${standalone.adminAddress}/versions/api/health`, { headers: known })).status, 200)
  t.equal((await fetch(`${standalone.adminAddress}/versions/`, { headers: basic('ada', 'correct horse batterx') })).status, 401)
})

t.test('the admin listener treats requests with Upgrade or Expect: 100-continue like any other', async (t) => {
  const { standalone } = await run(t, config(await startUpstream(t, 'one'), "admin: { password: 'correct horse battery', port: 0 }"))
  const address = standalone.adminAddress!

  t.match(await sendRaw(t, address, ['GET / HTTP/1.1', 'Host: a', 'Upgrade: x']), /^HTTP\/1.1 401/)
  t.match(await sendRaw(t, address, ['POST /api/rollback HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Content-Length: 2', 'Expect: 100-continue'], '{}'), /401/)
})

t.test('a reload cannot remove the admin listener by omitting its port', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { write, file, standalone } = await run(t, config(upstream, "admin: { password: 'correct horse battery', port: 0 }"))
  await write('gateway.yaml', config(upstream, admin))

  await t.rejects(async () => await standalone.reload(await loadConfig(file)), { message: /\nadmin.port is in use/ })
})

t.test('an admin port that is already in use fails the start', async (t) => {
  const { port } = new URL(await startUpstream(t, 'other'))
  const text = config(await startUpstream(t, 'one'), `admin: { password: 'correct horse battery', port: ${port} }`)

  await t.rejects(run(t, text), { code: 'EADDRINUSE' })
})

t.test('a password that is too short is a config problem, and it is not shown', async (t) => {
  const { write } = await run(t, config(await startUpstream(t, 'one')))
  const file = await write('short.yaml', config('http://127.0.0.1:1', "admin: { password: 'hunter2' }"))

  await t.rejects(loadConfig(file), { message: /admin.password: expected a password of at least 12 characters, got text/ })
})
