import { once } from 'node:events'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { startChecked, startService } from '../../helpers/checked.ts'
import { fetchOver, makeHttp2App } from '../../helpers/http2.ts'
import { openSocket, sendRaw } from '../../helpers/raw.ts'
import { readHead } from '../../helpers/upgrades.ts'
import type { Seen } from '../../helpers/upstream.ts'

const large = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `${index} `).join(''))

/** A gateway whose check reads up to 1000 bytes of bodies. */
async function startPeeking (t: Test, maxBytes = 1000, more: Parameters<typeof startChecked>[2] = {}) {
  const service = await startService(t)
  return { service, ...await startChecked(t, [{ name: 'waf', url: service.url, body: { maxBytes } }], more) }
}

t.test('a check without body gets none, and the upstream gets all of it', async (t) => {
  const service = await startService(t)
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url }])

  const seen = await (await send('/', { method: 'POST', body: 'hello' })).json() as Seen

  t.equal(seen.body, 'hello')
  t.match(service.asked, [{ headers: { 'content-length': '0' }, body: Buffer.alloc(0) }])
})

t.test('a body that fits is sent whole to the service and to the upstream', async (t) => {
  const { service, send } = await startPeeking(t)

  const seen = await (await send('/', { method: 'POST', body: 'hello', headers: { 'content-type': 'text/x' } })).json() as Seen

  t.match(seen, { body: 'hello', headers: { 'content-length': '5', 'content-type': 'text/x' } })
  t.equal(service.asked[0]!.body.toString(), 'hello')
  t.match(service.asked[0]!.headers, { 'content-length': '5', 'content-type': 'text/x', 'transfer-encoding': undefined, 'x-partial-body': undefined })
})

for (const size of [999, 1000, 1001]) {
  t.test(`of a body of ${size} bytes, the service gets at most 1000, and learns whether there are more`, async (t) => {
    const { service, send } = await startPeeking(t)

    const seen = await (await send('/', { method: 'POST', body: 'x'.repeat(size) })).json() as Seen

    t.equal(seen.body.length, size)
    t.equal(service.asked[0]!.body.length, Math.min(size, 1000))
    t.equal(service.asked[0]!.headers['x-partial-body'], size > 1000 ? 'true' : undefined)
  })
}

t.test('a large upload arrives complete, although its beginning was read for the service', async (t) => {
  const { service, send } = await startPeeking(t, 100_000)

  const seen = await (await send('/', { method: 'POST', body: large })).json() as Seen

  t.ok(seen.body === large.toString(), 'the bodies are the same')
  t.equal(seen.headers['content-length'], String(large.length))
  t.ok(service.asked[0]!.body.equals(large.subarray(0, 100_000)))
})

t.test('a chunked upload stays chunked', async (t) => {
  const { service, origin } = await startPeeking(t)

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n')

  const seen = JSON.parse(response.slice(response.indexOf('{'), response.lastIndexOf('}') + 1)) as Seen
  t.match(seen, { body: 'hello world', headers: { 'transfer-encoding': 'chunked' } })
  t.match(service.asked, [{ headers: { 'content-length': '11', 'transfer-encoding': undefined }, body: Buffer.from('hello world') }])
})

t.test('uploads over HTTP/2 arrive complete, small and large', async (t) => {
  const { app } = await makeHttp2App(t)
  const { service, origin } = await startPeeking(t, 100_000, { app })
  const session = connect(origin)
  t.teardown(() => session.destroy())

  const small = await fetchOver(session, '/', { ':method': 'POST' }, 'hello')
  const big = await fetchOver(session, '/', { ':method': 'POST' }, large.toString())

  t.equal((JSON.parse(small.body) as Seen).body, 'hello')
  t.ok((JSON.parse(big.body) as Seen).body === large.toString(), 'the bodies are the same')
  t.strictSame(service.asked.map(({ body }) => body.length), [5, 100_000])
})

t.test('a client that expects 100-continue gets it before the check reads its body', async (t) => {
  const { service, origin } = await startPeeking(t)
  const socket = await openSocket(t, origin)
  socket.write('POST / HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')

  const head = await readHead(socket)
  socket.write('hello')

  t.match(head, /^HTTP\/1\.1 100 /)
  t.match(await text(socket), /"body":"hello"/)
  t.equal(service.asked[0]!.body.toString(), 'hello')
})

t.test('a client whose request is refused without its body gets no 100 Continue', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403).end('no') })
  const { origin } = await startChecked(t, [{ name: 'authz', url: service.url }])

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: api.test', 'Expect: 100-continue', 'Content-Length: 5'])

  t.match(response, /^HTTP\/1\.1 403 /)
})

t.test('the rest of an upload waits until the check has passed', async (t) => {
  const service = await startService(t, () => {})
  let received = 0
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url, body: { maxBytes: 10 }, timeoutMs: 60_000 }], {
    listener: (request, response) => {
      request.on('data', (chunk: Buffer) => { received += chunk.length }).on('end', () => response.end())
    }
  })
  const response = send('/', { method: 'POST', body: large })

  const [, waiting] = await once(service.server, 'asked')
  const before = received
  waiting.end()

  t.equal((await response).status, 200)
  t.equal(before, 0)
  t.equal(received, large.length)
})

t.test('a refused upload gets the refusal, although the client is still sending', async (t) => {
  const service = await startService(t, (_request, response) => { response.writeHead(403).end('no') })
  const { send } = await startChecked(t, [{ name: 'waf', url: service.url, body: { maxBytes: 10 } }])

  const response = await send('/', { method: 'POST', body: large })

  t.equal(response.status, 403)
  t.equal(await response.text(), 'no')
})

t.test('a chunked body beyond maxRequestBytes is refused before the service is asked', async (t) => {
  const upstream = await startService(t)
  const { service, origin } = await startPeeking(t, 1000, {
    versions: { latest: { upstream: { targets: upstream.url, maxRequestBytes: 4 } } }
  })

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n')

  t.match(response, /^HTTP\/1\.1 413 [^]*REQUEST_TOO_LARGE/)
  t.equal(service.asked.length, 0)
})

t.test('a client that stops in the middle of its body gets 408', async (t) => {
  const upstream = await startService(t)
  const { service, origin } = await startPeeking(t, 1000, {
    versions: { latest: { upstream: { targets: upstream.url, timeouts: { idle: 50 } } } }
  })

  const response = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: api.test', 'Content-Length: 10'], 'hello')

  t.match(response, /^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/)
  t.equal(service.asked.length, 0)
})

t.test('each service gets as much of a body as its own check reads', async (t) => {
  const [one, other] = [await startService(t), await startService(t)]
  const { send } = await startChecked(t, [{ name: 'short', url: one.url, body: { maxBytes: 3 } }, { name: 'long', url: other.url, body: { maxBytes: 10 } }])

  const seen = await (await send('/', { method: 'POST', body: 'hello' })).json() as Seen

  t.equal(seen.body, 'hello')
  t.match(one.asked, [{ headers: { 'x-partial-body': 'true' }, body: Buffer.from('hel') }])
  t.match(other.asked, [{ headers: { 'x-partial-body': undefined }, body: Buffer.from('hello') }])
})
