import { once } from 'node:events'
import { Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js'
import t from 'tap'
import { startGrpc } from '../helpers/grpc.ts'
import { holdTimers } from '../helpers/held-timers.ts'

/** Responds only when the test allows it. */
function silent () {
  const calls: Array<ServerDuplexStream<Buffer, Buffer>> = []
  return { calls, bidi: (call: ServerDuplexStream<Buffer, Buffer>) => { calls.push(call.resume() as typeof call) } }
}

t.test('timeouts.headers and timeouts.idle do not apply to gRPC calls by default', async (t) => {
  const [headers, idle] = [holdTimers(t, 30_000), holdTimers(t, 60_000)]
  const { calls, bidi: listen } = silent()
  const { bidi } = await startGrpc(t, { bidi: listen })
  const call = bidi(new Metadata())
  call.write(Buffer.from('x'.repeat(100)))
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve))

  calls[0]!.write(Buffer.from('late'))
  const [message] = await once(call, 'data') as [Buffer]
  calls[0]!.end()
  call.end()
  await once(call, 'end')

  t.equal(String(message), 'late')
  t.strictSame([headers.filter(({ isCleared }) => !isCleared), idle], [[], []])
})

for (const [name, timeouts] of [['headers', { headers: 50 }], ['idle', { idle: 50 }]] as const) {
  t.test(`timeouts.${name} applies to gRPC calls if it is set`, async (t) => {
    const { bidi: listen } = silent()
    const { bidi } = await startGrpc(t, { bidi: listen }, { timeouts })
    const call = bidi(new Metadata())
    if (name === 'headers') call.end()

    const [error] = await once(call.resume(), 'error') as [{ code: number }]

    t.not(error.code, status.OK)
  })
}
