const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')
const { build } = require('fastify-cli/helper')
const { startUpstream } = require('fastify-version-gateway/testing')
const { MockAgent } = require('undici')

test('plugins of autoload can register the gateway', async (t) => {
  const [v1, v2] = await Promise.all([startUpstream('v1'), startUpstream('v2')])
  const app = await build([path.join(__dirname, 'app.js')], { versions: { v1: { upstream: v1.origin }, v2: { upstream: v2.origin } } })
  t.after(() => Promise.all([app.close(), v1.close(), v2.close()]))

  const [root, forwarded] = [await app.inject('/'), await app.inject({ url: '/api/orders', headers: { 'x-version': 'v2' } })]

  assert.deepEqual(root.json(), { versions: ['v1', 'v2'] })
  assert.equal(forwarded.json().servedBy, 'v2')
})

test('a MockAgent of undici replaces the upstreams', async (t) => {
  const agent = new MockAgent()
  agent.disableNetConnect()
  agent.get('http://v2.test').intercept({ path: '/orders' }).reply(200, { mocked: 'v2' })
  const upstreamOf = (id) => ({ upstream: { targets: `http://${id}.test`, dispatcher: agent } })
  const app = await build([path.join(__dirname, 'app.js')], { versions: { v1: upstreamOf('v1'), v2: upstreamOf('v2') } })
  t.after(() => Promise.all([app.close(), agent.close()]))

  const [mocked, unexpected] = [await app.inject({ url: '/api/orders', headers: { 'x-version': 'v2' } }), await app.inject('/api/orders')]

  assert.deepEqual(mocked.json(), { mocked: 'v2' })
  assert.equal(unexpected.statusCode, 502)
})
