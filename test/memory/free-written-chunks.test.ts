import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { freeWritten, freeWhenWritten } from '../../lib/memory/free-written-chunks.ts'

/** Makes a connection that frees the chunks that it has written. */
async function openConnection (t: Test): Promise<Socket> {
  const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connection = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(connection, 'connect')
  freeWritten(connection)
  t.teardown(() => {
    connection.destroy()
    server.close()
  })
  return connection
}

/** Makes a request whose body has this many readers. */
function uploadReadBy (readers: number): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  for (let i = 0; i < readers; i++) request.on('data', () => {})
  return request
}

async function write (connection: Socket, chunk: Buffer | string): Promise<void> {
  connection.write(chunk)
  await new Promise((resolve) => connection.write('', resolve))
}

t.test('an owned chunk is freed after it has been written', async (t) => {
  const connection = await openConnection(t)
  const chunk = Buffer.allocUnsafeSlow(65_536)

  freeWhenWritten(chunk, uploadReadBy(1))
  await write(connection, chunk)

  t.equal(chunk.byteLength, 0)
  t.equal(connection.bytesWritten, 65_536)
})

t.test('a chunk that was not written is not freed', async (t) => {
  const connection = await openConnection(t)
  const chunk = Buffer.allocUnsafeSlow(65_536)

  freeWhenWritten(chunk, uploadReadBy(1))
  connection.destroy()
  connection.write(chunk)
  await once(connection, 'close')

  t.equal(chunk.byteLength, 65_536)
})

t.test('a chunk that is small, shared or has several readers is not freed', async (t) => {
  const connection = await openConnection(t)
  const short = Buffer.allocUnsafeSlow(16_383)
  const shared = Buffer.allocUnsafeSlow(65_536).subarray(0, 65_535)
  const read = Buffer.allocUnsafeSlow(65_536)

  freeWhenWritten(short, uploadReadBy(1))
  freeWhenWritten(shared, uploadReadBy(1))
  freeWhenWritten(read, uploadReadBy(2))
  for (const chunk of [short, shared, read]) await write(connection, chunk)
  await write(connection, 'text')

  t.strictSame([short, shared, read].map((chunk) => chunk.byteLength), [16_383, 65_535, 65_536])
})

t.test('an HTTP/2 chunk is not freed, because Node shares its memory between streams', async (t) => {
  const connection = await openConnection(t)
  const chunk = Buffer.allocUnsafeSlow(65_536)

  freeWhenWritten(chunk, Object.assign(uploadReadBy(1), { stream: {} }))
  await write(connection, chunk)

  t.equal(chunk.byteLength, 65_536)
})

t.test('a chunk is not freed while there are subscribers to what undici sends', async (t) => {
  const connection = await openConnection(t)
  const chunk = Buffer.allocUnsafeSlow(65_536)
  const sent = channel('undici:request:bodyChunkSent')
  const listener = (): void => {}

  sent.subscribe(listener)
  freeWhenWritten(chunk, uploadReadBy(1))
  sent.unsubscribe(listener)
  await write(connection, chunk)

  t.equal(chunk.byteLength, 65_536)
})
