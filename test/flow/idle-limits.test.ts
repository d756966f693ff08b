import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { UpstreamTimeouts } from '../../types/index.ts'
import { makeApp } from '../helpers/gateway.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { holdTimers } from '../helpers/held-timers.ts'
import { openSocket } from '../helpers/raw.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** A limit that no other timer has. */
const idle = 76_543

/** Starts a gateway to an upstream whose responses the test writes. */
async function gatewayToTalking (t: Test, timeouts: UpstreamTimeouts, headers: Record<string, string> = {}) {
  const timers = holdTimers(t, idle)
  const held: ServerResponse[] = []
  const origin = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(200, headers).flushHeaders()
    held.push(response)
  })
  const { send } = await gatewayTo(t, { targets: origin, timeouts })
  /** Reads the next chunk of a response. */
  const reader = async () => {
    const response = await send('/')
    const body = response.body!.getReader()
    return { read: async () => Buffer.from((await body.read()).value ?? '').toString(), rest: body }
  }
  return { held, reader, timers, send }
}

t.test('headers reach the client before the first byte of the body', async (t) => {
  const { send, held } = await gatewayToTalking(t, {}, { 'x-early': '1' })

  const response = await send('/')
  held[0]!.end('late')

  t.equal(response.headers.get('x-early'), '1')
  t.equal(await response.text(), 'late')
})

t.test('a response that stalls is truncated', async (t) => {
  const upstream = await rawUpstream(t, (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf') })
  const { send } = await gatewayTo(t, { targets: upstream, timeouts: { idle: 20 } })

  const response = await send('/')

  t.equal(response.status, 200)
  await t.rejects(response.text())
})

t.test('a response that stalls before its first byte is truncated', async (t) => {
  const upstream = await rawUpstream(t, (socket) => { socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n') })
  const { send } = await gatewayTo(t, { targets: upstream, timeouts: { idle: 20 } })

  const response = await send('/')

  await t.rejects(response.text())
})

t.test('every chunk of a response restarts the idle timeout, and its end stops it', async (t) => {
  const { held, reader, timers } = await gatewayToTalking(t, { idle })
  const { read } = await reader()

  const chunks = []
  for (const chunk of ['a', 'b', 'c']) {
    held[0]!.write(chunk)
    chunks.push([await read(), timers[0]!.refreshed])
  }
  held[0]!.end()
  await read()

  t.strictSame(chunks, [['a', 1], ['b', 2], ['c', 3]])
  t.match(timers, [{ isCleared: true }])
  t.equal(timers.length, 1)
})

t.test('server-sent events are forwarded immediately and have no default idle timeout', async (t) => {
  const { held, reader, timers } = await gatewayToTalking(t, {}, { 'content-type': 'text/event-stream; charset=utf-8' })
  const lengths = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  const { read } = await reader()

  const events = []
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    held[0]!.write(event)
    events.push(await read())
  }

  t.strictSame(events, ['data: 1\n\n', 'data: 2\n\n'])
  t.strictSame(timers, [])
  t.notOk(lengths().some(({ args }) => args[1] === 60_000), 'no limit of a minute')
  held[0]!.destroy()
})

t.test('server-sent events have an idle timeout if it is configured', async (t) => {
  const { held, reader, timers } = await gatewayToTalking(t, { idle }, { 'content-type': 'text/event-stream' })
  const { read, rest } = await reader()
  held[0]!.write('data: 1\n\n')
  await read()

  timers[0]!.fire()

  await t.rejects(rest.read())
})

t.test('other responses have an idle timeout of one minute by default, and none if it is 0', async (t) => {
  const lengths = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  const minutes = async (timeouts: UpstreamTimeouts): Promise<number> => {
    // A response that arrives in one chunk with its head needs no limit.
    const upstream = await startUpstream(t, 'v1', (_request, response) => {
      response.write('o')
      setImmediate(() => response.end('k'))
    })
    const { send } = await gatewayTo(t, { targets: upstream, timeouts })
    lengths()
    await (await send('/', { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' })).text()
    return lengths().filter(({ args }) => args[1] === 60_000).length
  }

  t.strictSame([await minutes({}), await minutes({ idle: 0 })], [2, 0])
})

t.test('a client that does not read its response is disconnected', async (t) => {
  let cut: Promise<unknown> | undefined
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    cut = once(response, 'close')
    const writeOn = (): void => { while (response.write(Buffer.alloc(65_536))) ; }
    response.on('drain', writeOn)
    writeOn()
  })
  const { origin } = await gatewayTo(t, { targets: upstream, timeouts: { idle: 20 } })
  const client = await openSocket(t, origin)

  client.pause().write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await until(() => cut !== undefined)

  await t.resolves(cut!)
})

t.test('an upload that stalls gets a 408, and its connection is closed', async (t) => {
  const upstream = await startUpstream(t, 'v1')
  const { origin } = await gatewayTo(t, { targets: upstream, timeouts: { idle: 20 } })
  const client = await openSocket(t, origin)

  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\nhalf')
  const response = await text(client)

  t.match(response, /^HTTP\/1\.1 408 [^]*connection: close[^]*"REQUEST_TIMEOUT"/i)
})

t.test('every chunk of an upload restarts the idle timeout, and its end stops it', async (t) => {
  const timers = holdTimers(t, idle)
  let received = ''
  const upstream = await startUpstream(t, 'v1', (request, response) => {
    request.on('data', (chunk) => { received += chunk }).on('end', () => response.end(received))
  })
  const { origin } = await gatewayTo(t, { targets: upstream, timeouts: { idle } })
  const client = await openSocket(t, origin)
  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\n')

  const refreshed = []
  for (const chunk of ['a', 'b', 'c']) {
    client.write(chunk)
    await until(() => received.endsWith(chunk))
    refreshed.push(timers[0]!.refreshed)
  }
  const response = await text(client)

  t.strictSame(refreshed, [1, 2, 3])
  t.match(response, /^HTTP\/1\.1 200 [^]*abc/)
  t.ok(timers[0]!.isCleared)
})

t.test('an upload that the upstream does not read is not blamed on the client', async (t) => {
  const timers = holdTimers(t, idle)
  const app = makeApp(t)
  let source: IncomingMessage | undefined
  app.addHook('onRequest', async ({ raw }) => { source = raw })
  let held: ServerResponse | undefined
  const upstream = await startUpstream(t, 'v1', (_request, response) => { held = response })
  const { origin } = await gatewayTo(t, { targets: upstream, timeouts: { idle } }, app)
  const client = await openSocket(t, origin)
  const writeOn = (): void => { while (client.write(Buffer.alloc(65_536))) ; }
  client.on('error', () => {}).on('drain', writeOn)
  client.write('POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 1000000000\r\n\r\n')
  writeOn()
  await until(() => held !== undefined && source!.isPaused())

  timers[0]!.fire()
  held!.end('enough')
  const [response] = await once(client, 'data')

  t.match(String(response), /^HTTP\/1\.1 200 /)
})
