// @isolated: all connections of a process share the memory that these tests count.
import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import t from 'tap'
import { recycle, readOptions } from '../../lib/memory/read-buffers.ts'

/** A connection as in Node: it gets a region, fills a part of it, and requests the next one. */
class Connection {
  readonly chunks: Buffer[] = []
  region = readOptions.onread.buffer()

  push (chunk: Buffer): boolean {
    this.chunks.push(chunk)
    return true
  }

  /** @returns the bytes that were read */
  read (length: number): Buffer {
    readOptions.onread.callback.call(this as unknown as Socket, length, this.region)
    this.region = readOptions.onread.buffer()
    return this.chunks.at(-1)!
  }

  /** Fills its region completely. */
  fill (): Buffer {
    return this.read(this.region.length)
  }
}

t.test('small responses share a buffer region until half of it is used', async (t) => {
  const connection = new Connection()

  const first = connection.read(5_000)
  const second = connection.read(4_000)
  const third = connection.read(300)

  t.equal(second.buffer, first.buffer)
  t.equal(second.byteOffset, 5_000)
  t.not(third.buffer, first.buffer, 'less than half is left')
})

t.test('a connection that fills its region gets a larger one, and later a small one again', async (t) => {
  const connection = new Connection()

  connection.fill()
  const long = connection.fill()
  connection.read(100)

  t.equal(long.length, 96 * 1024)
  t.equal(connection.region.length, 16 * 1024)
})

t.test('the memory of a large chunk is reused by a single reader after it has been returned', async (t) => {
  const [one, other] = [new Connection(), new Connection()]
  one.fill()
  const chunk = one.fill()

  recycle(chunk)
  recycle(chunk)
  one.fill()
  other.fill()

  t.equal(one.region.buffer, chunk.buffer)
  t.not(other.region.buffer, chunk.buffer)
})

t.test('a new connection does not get a region that another one still uses', async (t) => {
  const one = new Connection()
  let other: Connection | undefined
  one.push = () => {
    other = new Connection()
    return false
  }

  const takesMore = readOptions.onread.callback.call(one as unknown as Socket, 100, one.region)
  one.region = readOptions.onread.buffer()

  t.equal(takesMore, false)
  t.not(other!.region.buffer, one.region.buffer)
})

t.test('memory that may still be in use is not reused', async (t) => {
  const connection = new Connection()
  const short = connection.fill()
  const long = connection.fill()
  const partly = connection.read(50_000)

  recycle(short)
  recycle(long.subarray(1))
  recycle(long.subarray(0, 100))
  recycle(partly.subarray(0, 49_999))
  recycle(Buffer.alloc(100))
  connection.fill()

  for (const chunk of [short, long, partly]) t.not(connection.region.buffer, chunk.buffer)
})

t.test('memory is not reused while there are subscribers to what undici receives', async (t) => {
  const connection = new Connection()
  connection.fill()
  const chunk = connection.fill()
  const received = channel('undici:request:bodyChunkReceived')
  const listener = (): void => {}

  received.subscribe(listener)
  recycle(chunk)
  received.unsubscribe(listener)
  connection.fill()

  t.not(connection.region.buffer, chunk.buffer)
})

t.test('at most 32 large regions are kept for reuse', async (t) => {
  const connections = Array.from({ length: 40 }, () => new Connection())
  for (const connection of connections) connection.fill()
  const given = new Set(connections.map((connection) => connection.fill()).map((chunk) => {
    recycle(chunk)
    return chunk.buffer
  }))

  const again = Array.from({ length: 40 }, () => new Connection()).filter((connection) => {
    connection.fill()
    return given.has(connection.region.buffer)
  })

  t.equal(again.length, 32)
})

t.test('the memory that many slow readers hold is bounded: further connections get small regions', async (t) => {
  const connections = Array.from({ length: 300 }, () => new Connection())
  for (const connection of connections) connection.fill()
  const lengths = connections.map((connection) => connection.fill().length)

  t.ok(lengths.filter((length) => length === 96 * 1024).length <= 160)
  t.equal(lengths.at(-1), 16 * 1024)
  const short = connections.at(-1)!.fill()
  t.equal(short.length, 16 * 1024)
  recycle(short)
  connections.at(-2)!.fill()
  t.equal(connections.at(-2)!.region.buffer, short.buffer, 'returned memory is reused here as well')
})
