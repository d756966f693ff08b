import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { headOnly, sendHeadsEarly } from '../../../lib/server/upstream/early-head.ts'

const head = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n'
/** Undici writes this before a chunk. It ends the previous line, which may be the last one of the head. */
const sizeLine = (bytes: number): string => `\r\n${bytes.toString(16)}\r\n`

/** Makes a socket that sends heads early. Also returns everything that its peer receives until the end. */
async function open (t: Test): Promise<{ socket: Socket, received: Promise<string> }> {
  const server = createServer()
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const received = once(server, 'connection').then(async ([peer]) => await text(peer as Socket))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  sendHeadsEarly(socket)
  return { socket, received }
}

t.test('the marker chunk has no bytes, and a length that does not change a sum', async (t) => {
  t.equal(headOnly.length, 0)
  t.ok(headOnly.byteLength > 0)
  t.equal(headOnly.byteLength + 1, 1)
})

t.test('headers before a chunked body are sent immediately, and the line break after them is written once', async (t) => {
  const { socket, received } = await open(t)

  socket.write(head)
  socket.write(sizeLine(headOnly.byteLength))
  socket.write(headOnly)
  socket.write(sizeLine(3))
  socket.write(Buffer.from('abc'))
  socket.write(sizeLine(2))
  socket.write(Buffer.from('de'))
  socket.end('\r\n0\r\n\r\n')

  t.equal(await received, `${head}\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`)
})

t.test('a body that remains empty ends right after its headers', async (t) => {
  const { socket, received } = await open(t)

  socket.write(head)
  socket.write(sizeLine(headOnly.byteLength))
  socket.write(headOnly)
  socket.write('\r\n0\r\n\r\n')
  socket.end()

  t.equal(await received, `${head}\r\n0\r\n\r\n`)
})

t.test('the next request on the connection is not affected', async (t) => {
  const { socket, received } = await open(t)

  for (let i = 0; i < 2; i++) {
    socket.write(head)
    socket.write(sizeLine(headOnly.byteLength))
    socket.write(headOnly)
    socket.write(sizeLine(1))
    socket.write(Buffer.from('x'))
    socket.write('\r\n0\r\n\r\n')
  }
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n', 'latin1')
  socket.end()

  t.equal(await received, `${head}\r\n1\r\nx\r\n0\r\n\r\n`.repeat(2) + 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
})

t.test('bytes before the first chunk size are written unchanged, and callbacks are called', async (t) => {
  const { socket, received } = await open(t)

  socket.write(head)
  socket.write(sizeLine(headOnly.byteLength))
  socket.write(Buffer.from('\r\nraw'))
  await new Promise((resolve) => socket.write(sizeLine(1), 'latin1', resolve))
  socket.end()

  t.equal(await received, `${head}\r\n\r\nraw1\r\n`)
})

t.test('writing the marker chunk returns whether the socket accepts more data', async (t) => {
  const { socket } = await open(t)
  await once(socket, 'connect')

  const before = socket.write(headOnly)
  socket.cork()
  socket.write(Buffer.alloc(socket.writableHighWaterMark))
  const after = socket.write(headOnly)

  t.equal(before, true)
  t.equal(after, false)
})
