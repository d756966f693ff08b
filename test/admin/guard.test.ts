import t from 'tap'
import { versionAdmin } from '../../lib/index.ts'
import type { VersionAdminOptions } from '../../types/index.ts'
import { administered, password } from '../helpers/admin.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'

t.test('without a guard it does not start', async (t) => {
  await t.rejects(async () => await makeApp(t).register(versionAdmin, {} as VersionAdminOptions), {
    code: 'VERSION_CONFIG_INVALID', message: /guard: missing.*everybody could change the versions/s
  })
})

t.test('nothing is answered that the guard did not let through: neither the page nor its files nor the API', async (t) => {
  const { send, app } = await administered(t)
  const paths = [
    '/admin', '/admin/', '/admin/page/page.js', '/admin/page/page.css', '/admin/api/versions', '/admin/api/versions/v2', '/admin/api/versions/v2/usage',
    '/admin/api/health', '/admin/api/traffic', '/admin/api/requests', '/admin/api/audit', '/admin/nothing', '/%61dmin/api/versions', '/admin/%61pi/versions'
  ]
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE']) {
      t.equal((await send(path, { method, redirect: 'manual' })).status, 401, `${method} ${path}`)
    }
  }
  for (const path of ['versions/v2/disable', 'versions/v2/enable', 'versions/v2/retire', 'aliases/latest/promote', 'rollback', 'explain']) {
    const response = await send(`/admin/api/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"reason":"x"}' })
    t.equal(response.status, 401, path)
  }
  t.equal(app.versions.revision, 1)
})

t.test('what is not there is not forwarded', async (t) => {
  const { get } = await administered(t)

  t.match(await get('nothing'), { status: 404, body: { code: 'ADMIN_NOT_FOUND', detail: 'There is no GET /admin/api/nothing.' } })
  t.match(await get('versions', { method: 'DELETE' }), { status: 404 })
})

t.test('what is under the gateway\'s prefix is forwarded, however it is written', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard: () => false })
  const { origin } = await startGateway(t, { prefix: '/api' } as object, app)

  for (const path of ['/api/admin/api/versions', '/api/../admin/api/versions', '/api/%2e%2e/admin/api/versions', '/api/x/..%2f..%2fadmin/']) {
    const answer = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'host: a', 'connection: close'])
    t.notMatch(answer, /"revision"/, path)
    t.match(answer, /"servedBy":"latest"|HTTP\/1.1 4\d\d/, path)
  }
})

t.test('a guard may throw, answer, or say false', async (t) => {
  const statusWith = async (guard: VersionAdminOptions['guard']) => {
    const { send } = await administered(t, {}, { guard })
    return (await send('/admin/api/versions', { headers: password })).status
  }

  t.equal(await statusWith(() => {}), 200)
  t.equal(await statusWith(async () => {}), 200)
  t.equal(await statusWith(() => true), 200)
  t.equal(await statusWith(() => false), 403)
  t.equal(await statusWith(async () => false), 403)
  t.equal(await statusWith(() => { throw Object.assign(new Error('no'), { statusCode: 401 }) }), 401)
  t.equal(await statusWith(async () => { throw new Error('down') }), 500)
  t.equal(await statusWith(async (_request, reply) => { reply.code(418).send('tea') }), 418)
})

t.test('a hook with a callback is a guard too', async (t) => {
  const statusWith = async (guard: VersionAdminOptions['guard']) => {
    const { send } = await administered(t, {}, { guard })
    return (await send('/admin/api/versions')).status
  }

  t.equal(await statusWith((_request, _reply, done) => { done() }), 200)
  t.equal(await statusWith((_request, _reply, done) => { done(Object.assign(new Error('no'), { statusCode: 401 })) }), 401)
  t.equal(await statusWith(async (_request, _reply, _done) => { throw Object.assign(new Error('no'), { statusCode: 403 }) }), 403)
  t.equal(await statusWith((_request, reply, _done) => { reply.code(401).send('no') }), 401)
})

t.test('other sites cannot have a browser change anything', async (t) => {
  const { send, post, app } = await administered(t)

  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'cross-site' }), { status: 403, body: { code: 'ADMIN_CROSS_SITE' } })
  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'same-site' }), { status: 403 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a']) {
    const response = await send('/admin/api/versions/v2/disable', { method: 'POST', headers: { ...password, 'content-type': type }, body: '{"reason":"x"}' })
    t.equal(response.status, 415, type)
  }
  t.equal(app.versions.revision, 1)
  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'same-origin' }), { status: 200 })
})

t.test('answers are for nobody\'s cache or frame', async (t) => {
  const { send } = await administered(t)

  for (const path of ['/admin/', '/admin/api/versions', '/admin/page/page.js']) {
    const { headers } = await send(path, { headers: password })
    t.equal(headers.get('cache-control'), 'no-store', path)
    t.equal(headers.get('x-content-type-options'), 'nosniff', path)
    t.equal(headers.get('x-frame-options'), 'DENY', path)
  }
  const policy = (await send('/admin/', { headers: password })).headers.get('content-security-policy')!
  t.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe/)
})
