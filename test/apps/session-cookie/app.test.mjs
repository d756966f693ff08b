import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

/** Starts the app and logs in. */
async function start (t) {
  const { upstreams: [, v2], origins: [v1Origin, v2Origin] } = await startServers(t, 'v1', 'v2')
  const { app, failures } = await build({ v1: v1Origin, v2: v2Origin })
  const origin = await listen(t, app)
  const login = await fetch(`${origin}/login?id=alice&version=v2`, { method: 'POST' })
  const cookie = login.headers.getSetCookie()[0].split(';')[0]
  return { v2, failures, cookie, send: async (headers) => await fetch(`${origin}/api/orders`, { headers }) }
}

test('the session decides the version, and is renewed by forwarded responses', async (t) => {
  const { cookie, send } = await start(t)

  const [mine, anonymous] = [await send({ cookie }), await send()]

  const seen = await mine.json()
  assert.equal(seen.servedBy, 'v2')
  assert.equal(seen.headers['x-user-id'], 'alice')
  assert.match(mine.headers.getSetCookie().join(), /sessionId=/)
  assert.equal((await anonymous.json()).servedBy, 'v1')
})

test('the upstream gets the tenant of the session, and not its cookie', async (t) => {
  const { cookie, send } = await start(t)

  const [mine, anonymous] = [await send({ cookie, 'x-tenant': 'forged' }), await send({ 'x-tenant': 'forged' })]

  const { headers } = await mine.json()
  assert.deepEqual([headers['x-tenant'], headers.cookie], ['acme', undefined])
  assert.equal((await anonymous.json()).headers['x-tenant'], undefined)
})

test('onError hooks and the error handler of the app get a 502', async (t) => {
  const { v2, failures, cookie, send } = await start(t)
  v2.fail()

  const response = await send({ cookie })

  assert.equal(response.status, 502)
  assert.deepEqual(await response.json(), { own: 'UPSTREAM_UNAVAILABLE' })
  assert.deepEqual(failures, ['UPSTREAM_UNAVAILABLE'])
  assert.match(response.headers.getSetCookie().join(), /sessionId=/)
})
