import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type ClientHttp2Stream, constants } from 'node:http2'
import t, { type Test } from 'tap'
import { fetchOver, makeHttp2App, startHttp2Gateway } from '../helpers/http2.ts'
import { openSocket } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway to an upstream that does not finish its responses. Also returns the next request that arrives there. */
async function gatewayToSilence (t: Test, listener: RequestListener = () => {}) {
  const events = new EventEmitter()
  const next = once(events, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const upstream = await startUpstream(t, 'latest', (request, response) => {
    listener(request, response)
    events.emit('request', request, response)
  })
  return { ...await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }), next }
}

for (const [how, leave] of [
  ['resets its stream', (stream: ClientHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL)],
  ['ends its session', (stream: ClientHttp2Stream) => stream.session!.destroy()]
] as const) {
  t.test(`if a client ${how} before the response, the upstream request is aborted`, async (t) => {
    const { session, next } = await gatewayToSilence(t)
    const stream = session.request().on('error', () => {})

    const [, response] = await next
    leave(stream)

    await t.resolves(once(response, 'close'))
  })

  t.test(`if a client ${how} during the response, the upstream response is aborted`, async (t) => {
    const { session, next } = await gatewayToSilence(t, (_request, response) => response.write('first'))
    const stream = session.request().on('error', () => {})

    const [[, response]] = await Promise.all([next, once(stream, 'data')])
    leave(stream)

    await t.resolves(once(response, 'close'))
  })

  t.test(`if a client ${how} while a resolver runs, the request is not forwarded and holds no connection`, async (t) => {
    const received: string[] = []
    const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
      received.push(url!)
      response.end('ok')
    })
    const front = await makeHttp2App(t)
    const left = new Promise((resolve) => {
      front.app.addHook('onRequest', async ({ url, raw }) => { if (url === '/orders') raw.once('close', resolve) })
    })
    const { session, openSession } = await startHttp2Gateway(t, {
      versions: { latest: { upstream } },
      resolve: {
        override: [{ name: 'slow', timeoutMs: 0, resolve: async ({ url }) => { if (url === '/orders') await left; return undefined } }]
      }
    }, front)
    const stream = session.request({ ':path': '/orders' }).on('error', () => {})

    await once(front.app.server, 'request')
    leave(stream)
    await left
    const { body } = await fetchOver(openSession(), '/after')

    t.equal(body, 'ok')
    t.strictSame(received, ['/after'])
  })
}

/** A frame of HTTP/2 (RFC 9113 4.1). */
function frame (type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

// Node's own client ends a stream before it resets it, so the frames are made by hand.
for (const [name, code] of Object.entries({ NO_ERROR: 0, CANCEL: 8 })) {
  t.test(`an upload that is reset with ${name} does not look complete to the upstream`, async (t) => {
    const { origin, next } = await gatewayToSilence(t)
    const socket = await openSocket(t, origin)
    // Indices of the static table: POST, http, /, and :authority with its value.
    const headers = Buffer.concat([Buffer.from([0x83, 0x86, 0x84, 0x41, 8]), Buffer.from('api.test')])

    socket.write(Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0)),
      frame(1, 4, 1, headers), frame(0, 0, 1, Buffer.from('half'))
    ]))
    const [request] = await next
    let isWhole = false
    request.on('end', () => { isWhole = true }).on('error', () => {})
    const closed = new Promise((resolve) => request.once('close', resolve))
    await once(request, 'data')
    socket.write(frame(3, 0, 1, Buffer.from([0, 0, 0, code])))
    await closed

    t.notOk(isWhole)
  })
}
