import { type EventEmitter, once } from 'node:events'
import { Metadata, type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status, type StatusObject } from '@grpc/grpc-js'
import t from 'tap'
import { startGrpc } from '../helpers/grpc.ts'
import { until } from '../helpers/until.ts'

type Bytes = Buffer<ArrayBufferLike>

/** Waits for the end of a call. `once` would reject with its status. */
async function statusOf (call: EventEmitter): Promise<StatusObject> {
  return await new Promise((resolve) => call.on('error', () => {}).once('status', resolve))
}

t.test('each error status arrives with its message, before and after messages, also for unknown methods', async (t) => {
  const { unary: send, serverStream, client, targets } = await startGrpc(t, {
    unary (call: ServerUnaryCall<Bytes, Bytes>, callback: sendUnaryData<Bytes>) {
      const metadata = new Metadata()
      metadata.set('reason', 'because')
      callback({ code: Number(call.request), details: 'größer als erlaubt: 100 %', metadata })
    },
    serverStream (call: ServerWritableStream<Bytes, Bytes>) {
      call.write(Buffer.from('one'))
      call.emit('error', { code: status.DATA_LOSS, details: 'lost' })
    }
  })

  for (let code = 1; code <= 16; code++) {
    const { error } = await send(String(code), new Metadata())
    t.match(error, { code, details: 'größer als erlaubt: 100 %' })
    t.strictSame(error?.metadata.get('reason'), ['because'])
  }
  const received: string[] = []
  const failed = await t.rejects((async () => {
    for await (const message of serverStream('', new Metadata())) received.push(String(message))
  })(), { code: status.DATA_LOSS, details: 'lost' })
  const unknown = await new Promise<{ code?: number } | null>((resolve) => {
    const same = (bytes: Bytes): Bytes => bytes
    client.makeUnaryRequest('/test.Echo/Unknown', same, same, Buffer.from(''), (error) => resolve(error))
  })

  t.ok(failed)
  t.strictSame(received, ['one'])
  t.equal(unknown?.code, status.UNIMPLEMENTED)
  t.match(targets()[0], { pending: 0, failures: 0 })
})

t.test('a deadline reaches the server and ends the call', async (t) => {
  const deadlines: unknown[] = []
  let isCancelled = false
  const { unary: send, targets } = await startGrpc(t, {
    unary (call: ServerUnaryCall<Bytes, Bytes>) {
      deadlines.push(call.getDeadline())
      call.on('cancelled', () => { isCancelled = true })
    }
  })

  let error
  // On a busy machine, a short deadline may pass before the call reaches the server.
  for (let deadlineMs = 300; deadlines.length === 0; deadlineMs *= 2) {
    error = (await send('', new Metadata(), { deadline: Date.now() + deadlineMs })).error
  }
  await until(() => isCancelled)

  t.equal(error?.code, status.DEADLINE_EXCEEDED)
  t.type(deadlines[0], 'number')
  await until(() => targets()[0]!.pending === 0)
  t.equal(targets()[0]!.failures, 0)
})

t.test('a call that the client cancels ends at the server', async (t) => {
  let [messages, isCancelled] = [0, false]
  const { serverStream, targets } = await startGrpc(t, {
    serverStream (call: ServerWritableStream<Bytes, Bytes>) {
      call.on('cancelled', () => { isCancelled = true })
      call.write(Buffer.from('one'))
    }
  })
  const call = serverStream('', new Metadata())
  call.on('data', () => { messages++ })
  await once(call, 'data')

  call.cancel()
  const end = await statusOf(call)
  await until(() => isCancelled)

  t.equal(end.code, status.CANCELLED)
  t.equal(messages, 1)
  await until(() => targets()[0]!.pending === 0)
  t.equal(targets()[0]!.failures, 0)
})
