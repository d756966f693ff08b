import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

test('the document has the routes of the app, and not those of the gateway', async (t) => {
  const { origins: [v1] } = await startServers(t, 'v1')
  const app = await build({ v1 })
  const origin = await listen(t, app)

  assert.deepEqual(Object.keys(app.swagger().paths), ['/own'])
  assert.equal((await (await fetch(`${origin}/api/orders`)).json()).path, '/orders')
})
