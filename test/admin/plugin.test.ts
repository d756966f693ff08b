import t from 'tap'
import versionGateway, { defineVersions, versionAdmin } from '../../lib/index.ts'
import { administered, guard, password } from '../helpers/admin.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { startUpstream } from '../helpers/upstream.ts'

t.test('it has to come before the gateway, whose requests it sees', async (t) => {
  const app = makeApp(t)
  await app.register(versionGateway, { versions: { latest: { upstream: await startUpstream(t, 'latest') } } })

  await t.rejects(async () => await app.register(versionAdmin, { guard }), { code: 'STAGE_ORDER_INVALID', message: /Register it first/ })
})

t.test('without a gateway it does not start', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard })

  await t.rejects(async () => await app.ready(), { code: 'STAGE_ORDER_INVALID', message: /needs a gateway/ })
})

t.test('options that cannot be are refused', async (t) => {
  const invalid = async (options: object) => await makeApp(t).register(versionAdmin, { guard, ...options })

  await t.rejects(invalid({ guard: 'x' }), { code: 'VERSION_CONFIG_INVALID', message: /guard: expected a function/ })
  await t.rejects(invalid({ prefix: 'admin' }), { message: /prefix/ })
  await t.rejects(invalid({ recent: { max: 0 } }), { message: /recent.max/ })
  await t.rejects(invalid({ versions: {} }), { message: /versions: expected what defineVersions returned/ })
  await t.rejects(invalid({ gard: 1 }), { message: /gard: unknown option/ })
})

t.test('the registry can be given', async (t) => {
  const versions = defineVersions({ latest: { upstream: await startUpstream(t, 'latest') }, v7: { upstream: await startUpstream(t, 'v7') } })
  const { get } = await administered(t, { versions, aliases: undefined } as object, { versions })

  t.match(await get('versions'), { body: { versions: [{ id: 'latest' }, { id: 'v7' }] } })
})

t.test('a listener of its own has the pages at its root, and the gateway does not', async (t) => {
  const [app, admin] = [makeApp(t), makeApp(t)]
  await app.register(versionAdmin, { guard, prefix: '', app: admin })
  const { see } = await startGateway(t, {}, app)
  const origin = await listen(admin)

  t.equal((await see('/admin/api/versions')).servedBy, 'latest', 'it is a path like any other there')
  t.equal((await fetch(`${origin}/api/versions`)).status, 401)
  t.match(await (await fetch(`${origin}/api/versions`, { headers: password })).json(), { versions: [{ id: 'latest' }, { id: 'v2' }] })
  t.match(await (await fetch(`${origin}/`, { headers: password })).text(), /<title>API versions/)
})

t.test('the page is found without its last slash too', async (t) => {
  const { send } = await administered(t)

  const redirected = await send('/admin?x=1', { headers: password, redirect: 'manual' })

  t.equal(redirected.status, 307)
  t.equal(redirected.headers.get('location'), 'admin/')
  t.equal((await send('/admin/', { headers: password })).status, 200)
})
