import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { makeAuthority } from './certificates.ts'

const types = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 }
const flags = { endStream: 1, ack: 1, endHeaders: 4 }

/** Makes a frame of any type (RFC 9113 4.1). */
export function frame (type: number, flag: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flag, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function number (value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** HTTP/2 frames (RFC 9113 6). */
export const frames = {
  settings: () => frame(types.settings, 0, 0, Buffer.alloc(0)),
  /** The headers of a 200 (RFC 7541 appendix A). */
  headers: (stream: number) => frame(types.headers, flags.endHeaders, stream, Buffer.from([0x88])),
  /** The headers of a 103. */
  interim: (stream: number) => frame(types.headers, flags.endHeaders, stream, Buffer.from('\x08\x03103')),
  data: (stream: number, text: string, isLast = false) => frame(types.data, isLast ? flags.endStream : 0, stream, Buffer.from(text)),
  /** The end of a response, with a trailer `x: 1`. */
  trailers: (stream: number) => frame(types.headers, flags.endHeaders | flags.endStream, stream, Buffer.from([0, 1, 0x78, 1, 0x31])),
  reset: (stream: number, code: number) => frame(types.reset, 0, stream, number(code)),
  /** GOAWAY: the connection is about to end, and streams beyond the last one are not processed. */
  goAway: (lastStream: number, code: number) => frame(types.goAway, 0, 0, Buffer.concat([number(lastStream), number(code)]))
}

/**
 * Starts an upstream that sends these frames in response to a request, and stops it after the test.
 *
 * @param first the frames that it sends first, or `null` for none
 * @returns its address and its certificate
 */
export async function rawHttp2Upstream (
  t: Test, respond: (stream: number, socket: TLSSocket, tcp: Socket) => Buffer[], first: Buffer[] | null = [frames.settings()]
) {
  const { ca, server: certificate } = await makeAuthority()
  const sockets: TLSSocket[] = []
  /** The TCP connections below TLS, by port. */
  const below = new Map<number, Socket>()
  const server = createServer({ ...await certificate('127.0.0.1'), ALPNProtocols: ['h2'] }, (socket) => {
    sockets.push(socket)
    if (first !== null) socket.write(Buffer.concat(first))
    let received = Buffer.alloc(0)
    // The first 24 bytes are the preface of the client.
    let at = 24
    socket.on('error', () => {}).on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= at + 9) {
        const [type, flag] = [received[at + 3], received[at + 4]]
        const [length, stream] = [received.readUIntBE(at, 3), received.readUInt32BE(at + 5)]
        if (received.length < at + 9 + length) return
        at += 9 + length
        const isSettings = first !== null && type === types.settings && flag !== flags.ack
        if (isSettings) socket.write(frame(types.settings, flags.ack, 0, Buffer.alloc(0)))
        if (type === types.headers) socket.write(Buffer.concat(respond(stream, socket, below.get(socket.remotePort!)!)))
      }
    })
  })
  server.on('connection', (tcp: Socket) => below.set(tcp.remotePort!, tcp))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { targets: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, tls: { ca }, http2: true }
}
