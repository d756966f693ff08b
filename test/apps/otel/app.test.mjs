import assert from 'node:assert/strict'
import { test } from 'node:test'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { listen, startServers } from '../servers.mjs'
import { build } from './app.mjs'

test('forwarded requests have spans with readable names and the version', async (t) => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const { origins: [v1, v2] } = await startServers(t, 'v1', 'v2')
  const origin = await listen(t, await build({ tracerProvider, v1, v2 }))

  const response = await fetch(`${origin}/api/orders`, { headers: { 'x-version': 'v2' } })

  assert.equal((await response.json()).servedBy, 'v2')
  const spans = exporter.getFinishedSpans()
  assert.ok(spans.length > 0)
  for (const { name } of spans) assert.match(name, /^[\w @/:*.>-]{1,80}$/, `a readable name: ${name}`)
  assert.equal(spans.some(({ attributes }) => attributes['version_gateway.version'] === 'v2'), true)
})
