import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeAuthority } from './certificates.ts'

export type Transport = 'tcp' | 'tls' | 'unix'
/**
 * `cut`: a FIN without a TLS close_notify; without TLS the same as `fin`. Unix sockets have no reset, so they are closed.
 * `refuse`: stops reading and closes, like a server that refuses an upload. The system responds to further data with a reset.
 */
export type Ending = 'fin' | 'cut' | 'rst' | 'refuse'

/** How an upstream handles a request. */
export interface Script {
  /** The bytes that it sends, as Latin-1. */
  bytes: string
  /** How it then ends the connection. */
  end: Ending
}

let paths = 0

/** Starts an upstream that follows the current script. */
export async function closingUpstream (t: Test, transport: Transport, script: Script) {
  const { ca, server: certificate } = await makeAuthority()
  const secureContext = transport === 'tls' ? createSecureContext(await certificate('127.0.0.1')) : null
  const path = join(tmpdir(), `closing-${process.pid}-${paths++}.sock`)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    const carrier = secureContext === null ? socket : secured(socket, secureContext)
    carrier.on('error', () => {}).once('data', () => {
      if (script.end === 'refuse') socket.pause()
      carrier.write(script.bytes, 'latin1', () => {
        if (script.end === 'fin') carrier.end()
        else if (script.end === 'refuse') socket.destroy()
        else if (script.end === 'cut' || transport === 'unix') socket.destroySoon()
        else socket.resetAndDestroy()
        server.emit('ended')
      })
    })
  })
  if (transport === 'unix') server.listen(path)
  else server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await rm(path, { force: true })
  })
  const { port } = transport === 'unix' ? { port: 0 } : server.address() as AddressInfo
  const upstream: UpstreamOptions = {
    tcp: { targets: `http://127.0.0.1:${port}` },
    tls: { targets: `https://127.0.0.1:${port}`, tls: { ca } },
    unix: { targets: `unix+http://${path}` }
  }[transport]
  /** `ended` resolves when the system has taken the response and the connection has ended. */
  return { upstream, script, ended: async () => await once(server, 'ended') }
}

/** TLS over a socket that the test controls, so that it can end the connection below TLS. */
function secured (socket: Socket, secureContext: SecureContext): TLSSocket {
  const carrier = new Duplex({
    read () { socket.resume() },
    write (chunk, _encoding, callback) { socket.write(chunk, callback) },
    final (callback) { socket.end(callback) }
  })
  socket.on('data', (chunk) => carrier.push(chunk)).on('end', () => carrier.push(null))
  return new TLSSocket(carrier, { isServer: true, secureContext })
}
