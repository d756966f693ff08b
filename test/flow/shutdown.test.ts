import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { ForwardOptions, UpstreamOptions } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { openSocket } from '../helpers/raw.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const get = 'GET / HTTP/1.1\r\nHost: api.test\r\n\r\n'

/** Starts a gateway with default options to an upstream whose responses the test sends. */
async function gatewayToHolding (t: Test, upstream: Partial<UpstreamOptions> = {}, forward: ForwardOptions = {}) {
  const held: ServerResponse[] = []
  const origin = await startUpstream(t, 'v1', (_request, response) => { held.push(response) })
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  return { ...await gatewayTo(t, { targets: origin, ...upstream }, app, forward), held }
}

t.test('an exchange in flight completes, and then its connection closes', async (t) => {
  const { app, origin, held } = await gatewayToHolding(t)
  const client = await openSocket(t, origin)
  client.write(get)
  await until(() => held.length === 1)

  const closed = app.close()
  held[0]!.end('whole')
  const response = await text(client)
  await closed

  t.match(response, /^HTTP\/1\.1 200 [^]*connection: close[^]*whole/i)
})

t.test('a response whose headers were already sent completes, and its connection does not delay the shutdown', async (t) => {
  const { app, origin, held } = await gatewayToHolding(t)
  const client = await openSocket(t, origin)
  client.write(get)
  await until(() => held.length === 1)
  held[0]!.write('first, ')
  const [head] = await once(client, 'data')

  const closed = app.close()
  held[0]!.end('last')
  const rest = await text(client)
  await closed

  t.match(String(head), /connection: keep-alive/i)
  t.match(rest, /last\r\n0\r\n\r\n$/)
})

t.test('requests that wait for a connection are served', async (t) => {
  const { app, origin, held, targets } = await gatewayToHolding(t, { connections: 1 })
  const clients = [await openSocket(t, origin), await openSocket(t, origin)]
  for (const client of clients) client.write(get)
  await until(() => held.length === 1 && targets()[0]!.queued === 1)

  const closed = app.close()
  held[0]!.end('whole')
  await until(() => held.length === 2)
  held[1]!.end('whole')
  const responses = await Promise.all(clients.map(async (client) => await text(client)))
  await closed

  for (const response of responses) t.match(response, /^HTTP\/1\.1 200 [^]*whole/)
})

t.test('an upload in flight completes', async (t) => {
  const seen: IncomingMessage[] = []
  const upstream = await startUpstream(t, 'v1', async (upload, response) => {
    seen.push(upload)
    response.end(await text(upload))
  })
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const { origin } = await gatewayTo(t, { targets: upstream }, app)
  const client = await openSocket(t, origin)
  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 11\r\n\r\nfirst')
  await until(() => seen.length === 1)

  const closed = app.close()
  client.write(', last')
  const response = await text(client)
  await closed

  t.match(response, /^HTTP\/1\.1 200 [^]*first, last/)
})

t.test('under load, every accepted request gets a complete response', async (t) => {
  const size = 100_000
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.write('x'.repeat(size / 2), () => setImmediate(() => response.end('x'.repeat(size / 2))))
  })
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const { origin } = await gatewayTo(t, { targets: upstream, connections: 5 }, app)
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  let [accepted, whole] = [0, 0]
  const send = async (): Promise<boolean> => {
    const asking = request(origin, { agent })
    try {
      const [response] = await once(asking.end(), 'response') as [IncomingMessage]
      const isAccepted = response.statusCode === 200
      if (isAccepted) accepted++
      if ((await text(response)).length === size) whole++
      return isAccepted
    } catch {
      // No longer accepted.
      return asking.reusedSocket
    }
  }
  const clients = Array.from({ length: 20 }, async () => { while (await send()) ; })
  await until(() => whole > 100)

  await app.close()
  await Promise.all(clients)

  t.ok(accepted > 100)
  t.equal(whole, accepted)
})

for (const [when, begin] of [['before its response', false], ['during its response', true]] as const) {
  t.test(`after the grace period, a request that hangs ${when} is aborted`, async (t) => {
    const { app, origin, held } = await gatewayToHolding(t, {}, { closeGraceMs: 20 })
    const client = await openSocket(t, origin)
    client.write(get)
    await until(() => held.length === 1)
    if (begin) {
      held[0]!.write('half')
      await once(client, 'data')
    }

    const [response] = await Promise.all([text(client), app.close()])

    t.notMatch(response, /200 OK|\r\n0\r\n\r\n$/)
    t.equal(response.includes('502'), !begin)
  })
}

t.test('after the grace period, requests that wait for a connection are refused', async (t) => {
  const { app, origin, held, targets } = await gatewayToHolding(t, { connections: 1 }, { closeGraceMs: 20 })
  const clients = [await openSocket(t, origin), await openSocket(t, origin)]
  for (const client of clients) client.write(get)
  await until(() => held.length === 1 && targets()[0]!.queued === 1)

  const [responses] = await Promise.all([Promise.all(clients.map(async (client) => await text(client))), app.close()])

  for (const response of responses) t.match(response, /^HTTP\/1\.1 50\d [^]*"UPSTREAM_/)
  t.equal(held.length, 1)
})

t.test('after the grace period, a request that waits for a retry is refused', async (t) => {
  const upstream = await startUpstream(t, 'v1', (_request, response) => response.writeHead(503, { 'retry-after': '60' }).end())
  const app = makeApp(t, { forceCloseConnections: 'idle' })
  const options = { targets: upstream, retry: { on: [503 as const], maxDelay: 60_000 } }
  const { origin, targets } = await gatewayTo(t, options, app, { closeGraceMs: 20 })
  const client = await openSocket(t, origin)
  client.write(get)
  await until(() => targets()[0]!.pending === 1)
  await until(() => targets()[0]!.pending === 0)

  const [response] = await Promise.all([text(client), app.close()])

  t.match(response, /^HTTP\/1\.1 50\d [^]*"UPSTREAM_/)
})

t.test('idle keep-alive connections do not delay the shutdown', async (t) => {
  const { app, origin, held } = await gatewayToHolding(t)
  const client = await openSocket(t, origin)
  client.write(get)
  await until(() => held.length === 1)
  held[0]!.end('whole')
  const [response] = await once(client, 'data')

  await Promise.all([app.close(), text(client)])

  t.match(String(response), /connection: keep-alive/i)
})
