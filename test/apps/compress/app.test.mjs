import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

test('forwarded responses are compressed', async (t) => {
  const { upstreams: [upstream], origins: [v1] } = await startServers(t, 'v1')
  upstream.respond({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: 'hello '.repeat(100_000) }) })
  const origin = await listen(t, await build({ v1 }))

  const response = await fetch(origin, { headers: { 'accept-encoding': 'gzip' } })

  assert.equal(response.headers.get('content-encoding'), 'gzip')
  assert.equal((await response.json()).text.length, 600_000)
})

test('without forward.reply, a warning names @fastify/compress', async (t) => {
  const { origins: [v1] } = await startServers(t, 'v1')
  const lines = []
  const app = await build({ v1, forward: {}, logger: { level: 'warn', stream: { write: (line) => lines.push(JSON.parse(line)) } } })
  await listen(t, app)

  assert.deepEqual(lines.map(({ plugins }) => plugins), [['@fastify/compress']])
})
