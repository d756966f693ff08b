import { EventEmitter } from 'node:events'
import { Server } from 'node:http'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { Standalone } from '../../lib/standalone/standalone.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { useSdk } from '../helpers/open-telemetry.ts'
import { config } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway from a file, and collects the warnings in its log. */
async function start (t: Test, more: string) {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config(await startUpstream(t, 'v1'), more).replace('log: silent', 'log: info'))
  const lines: string[] = []
  const { log } = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
  const standalone = await Standalone.start(await loadConfig(file), log)
  t.teardown(() => standalone.stop())
  return { lines, origin: standalone.address }
}

t.test('with tracing, requests and exchanges have spans, except for health and metrics routes', async (t) => {
  const exporter = useSdk(t)
  const { lines, origin } = await start(t, 'tracing: true\n')

  for (const path of ['/healthz', '/metrics', '/a']) await (await fetch(origin + path)).text()
  await until(() => exporter.getFinishedSpans().length === 2)

  t.match(exporter.getFinishedSpans(), [
    { kind: 2, attributes: { 'version_gateway.version': 'v1' } }, { kind: 1, attributes: { 'url.path': '/a', 'http.response.status_code': 200 } }
  ])
  t.notMatch(lines.join(''), /SDK/)
})

t.test('without an SDK, a warning explains that nothing is recorded and how to start an SDK', async (t) => {
  const { lines, origin } = await start(t, 'tracing: true\n')

  const { status } = await fetch(`${origin}/a`)

  t.equal(status, 200)
  t.match(lines.join(''), /no OpenTelemetry SDK is registered.*--import/)
})

t.test('without the tracing option, there are no spans', async (t) => {
  const exporter = useSdk(t)
  const { origin } = await start(t, '')

  await (await fetch(`${origin}/a`)).text()

  t.strictSame(exporter.getFinishedSpans(), [])
})

t.test('an instrumentation of Node\'s servers sees each request only once', async (t) => {
  let seen = 0
  const emit = EventEmitter.prototype.emit
  // As @opentelemetry/instrumentation-http does.
  Server.prototype.emit = function (event: string, ...values: unknown[]) {
    if (event === 'request') seen++
    return Reflect.apply(emit, this, [event, ...values])
  }
  t.teardown(() => { Reflect.deleteProperty(Server.prototype, 'emit') })
  const { origin } = await start(t, '')

  const { status } = await fetch(`${origin}/healthz`)

  t.equal(status, 200)
  t.equal(seen, 1)
})
