import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

async function start (t) {
  const { issuer, origins: [v1, v2] } = await startServers(t, 'v1', 'v2')
  const origin = await listen(t, await build({ issuer: issuer.issuer, audience: issuer.audience, v1, v2 }))
  return { issuer, send: async (headers) => await fetch(origin, { headers }) }
}

test('a token is verified with a key that get-jwks has looked up', async (t) => {
  const { issuer, send } = await start(t)

  const response = await send(issuer.bearer({ version: 'v2' }))

  assert.equal((await response.json()).servedBy, 'v2')
})

test('a forged token and an unknown key are refused', async (t) => {
  const { issuer, send } = await start(t)

  assert.equal((await send(issuer.bearer({}, { forged: true }))).status, 401)
  assert.equal((await send(issuer.bearer({}, { header: { kid: 'unknown' } }))).status, 401)
})

test('a known key stays in use while the issuer is down', async (t) => {
  const { issuer, send } = await start(t)
  await send(issuer.bearer())
  issuer.fail()

  assert.equal((await send(issuer.bearer({ version: 'v2' }))).status, 200)
})
