// 200 clients that download or upload 10 MB each. For the first five seconds they pause after every chunk.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { readSetting } from './setting.ts'
import { type Direction, slowClients } from './slow-clients.ts'

const { port, direction } = readSetting<{ port: number, direction: Direction }>()
const { count, bytes } = slowClients
const chunk = Buffer.alloc(65_536, 'x')
const pauseMs = 100
const slowUntil = performance.now() + 5_000

await Promise.all(Array.from({ length: count }, direction === 'down' ? download : upload))
console.log('{}')
process.exit(0)

async function download (): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write('GET /ten-megabytes HTTP/1.1\r\nhost: 127.0.0.1\r\nx-version-override: v2\r\n\r\n')
  let received = 0
  for await (const { length } of socket as AsyncIterable<Buffer>) {
    received += length
    if (received > bytes) break
    if (performance.now() < slowUntil) await pause(pauseMs)
  }
  if (received <= bytes) throw new Error(`a response ended after ${received} bytes`)
  socket.destroy()
}

async function upload (): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(`POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-version-override: v2\r\ncontent-type: application/octet-stream\r\ncontent-length: ${bytes}\r\n\r\n`)
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!socket.write(chunk.subarray(0, Math.min(chunk.length, bytes - sent)))) await once(socket, 'drain')
    if (performance.now() < slowUntil) await pause(pauseMs)
  }
  const [response] = await once(socket, 'data') as [Buffer]
  if (!response.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`the response to an upload started with '${response.toString('latin1', 0, 12)}'`)
  socket.destroy()
}
