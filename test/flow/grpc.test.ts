import { type EventEmitter, once } from 'node:events'
import {
  Metadata, type ServerDuplexStream, type ServerReadableStream, type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status,
  type StatusObject
} from '@grpc/grpc-js'
import t from 'tap'
import { echo, startGrpc } from '../helpers/grpc.ts'

type Bytes = Buffer<ArrayBufferLike>

/** Sends the message back. */
function unary (call: ServerUnaryCall<Bytes, Bytes>, callback: sendUnaryData<Bytes>): void {
  callback(null, call.request)
}

/** Waits for the end of a call. `once` would reject with its status. */
async function statusOf (call: EventEmitter): Promise<StatusObject> {
  return await new Promise((resolve) => call.on('error', () => {}).once('status', resolve))
}

t.test('unary calls work with messages of any size', async (t) => {
  const { unary: send, targets } = await startGrpc(t, { unary })

  const [small, empty, large] = [
    await send('hello', new Metadata()), await send('', new Metadata()), await send('x'.repeat(1_000_000), new Metadata())
  ]

  t.equal(small.message, 'hello')
  t.equal(empty.message, '')
  t.equal(large.message?.length, 1_000_000)
  t.equal(small.status?.code, status.OK)
  t.match(targets()[0], { pending: 0, failures: 0 })
})

t.test('server streaming works', async (t) => {
  const { serverStream } = await startGrpc(t, {
    serverStream (call: ServerWritableStream<Bytes, Bytes>) {
      for (let i = 0; i < 100; i++) call.write(Buffer.from(`${call.request} ${i}`))
      call.end()
    }
  })
  const received: string[] = []

  for await (const message of serverStream('message', new Metadata())) received.push(String(message))

  t.equal(received.length, 100)
  t.equal(received[99], 'message 99')
})

t.test('client streaming works', async (t) => {
  const { client } = await startGrpc(t, {
    async clientStream (call: ServerReadableStream<Bytes, Bytes>, callback: sendUnaryData<Bytes>) {
      let messages = 0
      for await (const message of call) messages += message.length > 0 ? 1 : 0
      callback(null, Buffer.from(String(messages)))
    }
  })

  const total = await new Promise<string>((resolve, reject) => {
    const same = (bytes: Bytes): Bytes => bytes
    const call = client.makeClientStreamRequest(echo.clientStream.path, same, same, (error, bytes) => {
      if (error === null) resolve(String(bytes))
      else reject(error)
    })
    for (let i = 0; i < 50; i++) call.write(Buffer.alloc(10_000, 'x'))
    call.end()
  })

  t.equal(total, '50')
})

t.test('bidirectional streaming works: each message gets its reply before the next one is sent', async (t) => {
  const { bidi } = await startGrpc(t, {
    bidi (call: ServerDuplexStream<Bytes, Bytes>) {
      call.on('data', (message: Bytes) => call.write(Buffer.from(`echo ${message}`))).on('end', () => call.end())
    }
  })
  const call = bidi(new Metadata())
  const received: string[] = []

  for (const message of ['one', 'two', 'three']) {
    call.write(Buffer.from(message))
    const [reply] = await once(call, 'data') as [Bytes]
    received.push(String(reply))
  }
  call.end()
  const end = await statusOf(call)

  t.strictSame(received, ['echo one', 'echo two', 'echo three'])
  t.equal(end.code, status.OK)
})

t.test('the server can end a stream before the client does', async (t) => {
  const { bidi, targets } = await startGrpc(t, {
    bidi (call: ServerDuplexStream<Bytes, Bytes>) {
      call.once('data', () => {
        call.write(Buffer.from('enough'))
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'no more' })
      })
    }
  })
  const call = bidi(new Metadata())
  call.write(Buffer.from('first'))

  const received: string[] = []
  call.on('data', (message: Bytes) => received.push(String(message)))
  const end = await statusOf(call)

  t.strictSame(received, ['enough'])
  t.match(end, { code: status.RESOURCE_EXHAUSTED, details: 'no more' })
  t.match(targets()[0], { pending: 0, failures: 0 })
})

t.test('metadata passes in both directions, in headers and trailers, including binary and repeated keys', async (t) => {
  const bytes = Buffer.from([0, 1, 255, 254, 44, 10])
  const seen: Metadata[] = []
  const { unary: send } = await startGrpc(t, {
    unary (call: ServerUnaryCall<Bytes, Bytes>, callback: sendUnaryData<Bytes>) {
      seen.push(call.metadata)
      const [head, trailer] = [new Metadata(), new Metadata()]
      for (const metadata of [head, trailer]) {
        metadata.add('some-bin', bytes)
        metadata.add('some-bin', Buffer.from('second'))
        metadata.add('plain', 'a')
        metadata.add('plain', 'b')
        metadata.add('content-id', '1')
        metadata.add('age', '2')
      }
      call.sendMetadata(head)
      callback(null, call.request, trailer)
    }
  })
  const metadata = new Metadata()
  metadata.add('some-bin', bytes)
  metadata.add('plain', 'a')
  metadata.add('plain', 'b')

  const { headers, status: end } = await send('', metadata)

  t.strictSame(seen[0]!.get('some-bin'), [bytes])
  t.strictSame(seen[0]!.get('plain').join(', '), 'a, b')
  for (const received of [headers, end?.metadata]) {
    t.strictSame(received?.get('some-bin'), [bytes, Buffer.from('second')])
    t.strictSame(received?.get('plain').join(', '), 'a, b')
    t.strictSame(received?.get('content-id'), ['1'])
    t.strictSame(received?.get('age'), ['2'])
  }
})

t.test('compressed messages pass through', async (t) => {
  const encodings: unknown[] = []
  const { unary: send } = await startGrpc(t, {
    unary (call: ServerUnaryCall<Bytes, Bytes>, callback: sendUnaryData<Bytes>) {
      encodings.push(...call.metadata.get('grpc-accept-encoding'))
      const metadata = new Metadata()
      metadata.set('grpc-internal-encoding-request', 'gzip')
      call.sendMetadata(metadata)
      callback(null, call.request)
    }
  })
  const metadata = new Metadata()
  metadata.set('grpc-internal-encoding-request', 'gzip')

  const { message } = await send('x'.repeat(100_000), metadata)

  t.equal(message?.length, 100_000)
})
