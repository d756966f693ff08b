const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')
const { build } = require('fastify-cli/helper')
const { startUpstream } = require('fastify-version-gateway/testing')

test('plugins of autoload can register the gateway', async (t) => {
  const [v1, v2] = await Promise.all([startUpstream('v1'), startUpstream('v2')])
  const app = await build([path.join(__dirname, 'app.js')], { versions: { v1: { upstream: v1.origin }, v2: { upstream: v2.origin } } })
  t.after(() => Promise.all([app.close(), v1.close(), v2.close()]))

  const [root, forwarded] = [await app.inject('/'), await app.inject({ url: '/api/orders', headers: { 'x-version': 'v2' } })]

  assert.deepEqual(root.json(), { versions: ['v1', 'v2'] })
  assert.equal(forwarded.json().servedBy, 'v2')
})
