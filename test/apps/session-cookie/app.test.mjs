import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

test('the session decides the version, and is renewed by forwarded responses', async (t) => {
  const { origins: [v1, v2] } = await startServers(t, 'v1', 'v2')
  const origin = await listen(t, await build({ v1, v2 }))
  const login = await fetch(`${origin}/login?id=alice&version=v2`, { method: 'POST' })
  const cookie = login.headers.getSetCookie()[0].split(';')[0]

  const [mine, anonymous] = [await fetch(`${origin}/api/orders`, { headers: { cookie } }), await fetch(`${origin}/api/orders`)]

  const seen = await mine.json()
  assert.equal(seen.servedBy, 'v2')
  assert.equal(seen.headers['x-user-id'], 'alice')
  assert.match(mine.headers.getSetCookie().join(), /sessionId=/)
  assert.equal((await anonymous.json()).servedBy, 'v1')
})
