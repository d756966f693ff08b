import { Readable } from 'node:stream'
import type { onSendAsyncHookHandler } from 'fastify'
import t, { type Test } from 'tap'
import { versionAdmin } from '../../lib/admin/index.ts'
import type { VersionAdminOptions } from '../../types/admin.ts'
import { administered, password } from '../helpers/admin.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'

t.test('registration fails without a guard', async (t) => {
  await t.rejects(async () => await makeApp(t).register(versionAdmin, {} as VersionAdminOptions), {
    code: 'VERSION_CONFIG_INVALID', message: /guard: missing.*anyone could change the versions/s
  })
})

t.test('the guard protects the page, its assets and the API', async (t) => {
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

t.test('unknown paths under the admin prefix are not forwarded', async (t) => {
  const { get } = await administered(t)

  t.match(await get('nothing'), { status: 404, body: { code: 'ADMIN_NOT_FOUND', detail: 'There is no GET /admin/api/nothing.' } })
  t.match(await get('versions', { method: 'DELETE' }), { status: 404 })
})

t.test('paths under the gateway\'s prefix are forwarded in any encoding', async (t) => {
  const app = makeApp(t)
  await app.register(versionAdmin, { guard: () => false })
  const { origin } = await startGateway(t, { prefix: '/api' } as object, app)

  for (const path of ['/api/admin/api/versions', '/api/../admin/api/versions', '/api/%2e%2e/admin/api/versions', '/api/x/..%2f..%2fadmin/']) {
    const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'host: a', 'connection: close'])
    t.notMatch(response, /"revision"/, path)
    t.match(response, /"servedBy":"latest"|HTTP\/1.1 4\d\d/, path)
  }
})

/** Sends a change with a guard. Returns the status, and the revision afterwards. */
async function outcomeWith (t: Test, guard: VersionAdminOptions['guard'], hook: onSendAsyncHookHandler = async () => {}) {
  const app = makeApp(t)
  app.addHook('onSend', hook)
  const { post } = await administered(t, {}, { guard }, app)
  const { status } = await post('versions/v2/disable', { reason: 'x' })
  return `${status}, revision ${app.versions.revision}`
}

t.test('a guard can allow a request, throw, respond, or return false', async (t) => {
  const done: VersionAdminOptions['guard'] = (_request, _reply, done) => { done() }
  const refused = Object.assign(new Error('no'), { statusCode: 401 })

  t.equal(await outcomeWith(t, async () => {}), '200, revision 2')
  t.equal(await outcomeWith(t, () => true), '200, revision 2')
  t.equal(await outcomeWith(t, async () => ({ sub: 'ada' })), '200, revision 2', 'like jwtVerify')
  t.equal(await outcomeWith(t, done), '200, revision 2')
  for (const no of [false, null, 0, '']) t.equal(await outcomeWith(t, () => no), '403, revision 1', String(no))
  t.equal(await outcomeWith(t, async () => false), '403, revision 1')
  t.equal(await outcomeWith(t, () => { throw refused }), '401, revision 1')
  t.equal(await outcomeWith(t, async () => { throw new Error('down') }), '500, revision 1')
  t.equal(await outcomeWith(t, async () => { throw Object.assign(new Error('no'), { statusCode: 200 }) }), '500, revision 1', 'an error is never a success')
  t.equal(await outcomeWith(t, (_request, _reply, done) => { done(refused) }), '401, revision 1')
  t.equal(await outcomeWith(t, async (_request, _reply, _done) => { throw refused }), '401, revision 1')
  t.equal(await outcomeWith(t, (_request, reply) => reply.code(401).send({})), '401, revision 1')
  t.equal(await outcomeWith(t, async (_request, reply) => await reply.code(401).send({})), '401, revision 1')
})

t.test('a guard that sends a response never allows the request, even while the response is pending', async (t) => {
  const slowly: onSendAsyncHookHandler = async () => await new Promise<void>((resolve) => { setImmediate(resolve) })
  const guards: Array<VersionAdminOptions['guard']> = [
    (_request, reply) => { reply.code(401).send({}) },
    async (_request, reply) => { reply.code(401).send({}) },
    (_request, reply, done) => {
      reply.code(401).send({})
      done()
    },
    (_request, reply) => {
      reply.code(401).send(Readable.from(['{}']))
      return true
    },
    (_request, reply) => { setImmediate(() => reply.code(401).send({})) }
  ]
  for (const [index, guard] of guards.entries()) {
    t.equal(await outcomeWith(t, guard), '401, revision 1', `${index}`)
    t.equal(await outcomeWith(t, guard, slowly), '401, revision 1', `${index}, slowly`)
  }
})

t.test('a guard whose function length hides its callback parameter is awaited', async (t) => {
  const hook: VersionAdminOptions['guard'] = (_request, _reply, done) => { setImmediate(done, Object.assign(new Error('no'), { statusCode: 401 })) }

  t.equal(await outcomeWith(t, (...words) => hook(...words)), '401, revision 1')
})

t.test('cross-site requests cannot change anything', async (t) => {
  const { send, post, get, app, origin: own } = await administered(t)

  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'cross-site' }), { status: 403, body: { code: 'ADMIN_CROSS_SITE' } })
  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'same-site' }), { status: 403 })
  for (const origin of ['http://evil.test', 'null', 'http://127.0.0.1']) t.match(await post('rollback', { reason: 'x' }, { origin }), { status: 403 }, origin)
  t.match(await get('versions', { headers: { 'sec-fetch-site': 'cross-site' } }), { status: 403 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a']) {
    const response = await send('/admin/api/versions/v2/disable', { method: 'POST', headers: { ...password, 'content-type': type }, body: '{"reason":"x"}' })
    t.equal(response.status, 415, type)
  }
  t.equal(app.versions.revision, 1)
  t.match(await post('versions/v2/disable', { reason: 'x' }, { 'sec-fetch-site': 'same-origin' }), { status: 200 })
  t.match(await post('versions/v2/enable', { reason: 'x' }, { origin: own }), { status: 200 })
})

t.test('responses cannot be cached or framed', async (t) => {
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
