import t, { type Test } from 'tap'
import { Metadata, status } from '@grpc/grpc-js'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startGrpc } from '../helpers/grpc.ts'
import { gatewayToHttp2 } from '../helpers/http2-upstream.ts'
import { startUpstream } from '../helpers/upstream.ts'

const serverErrors = { ratio: 0.5, minResponses: 2, windowMs: 1_000_000 }
const passive = { serverErrors, cooldownMs: 60_000 }

/** Starts two targets: one whose status can be changed, and a healthy one. */
async function startTwo (t: Test) {
  const first = { status: 500, received: 0 }
  const changing = await startUpstream(t, 'changing', (_request, response) => {
    first.received++
    response.writeHead(first.status).end()
  })
  return { first, targets: [changing, await startUpstream(t, 'good')] }
}

/** Sends this many requests in sequence. @returns their statuses */
async function statusesOf (count: number, send: (path: string) => Promise<Response>): Promise<number[]> {
  const statuses = []
  for (let i = 0; i < count; i++) {
    const response = await send('/')
    await response.text()
    statuses.push(response.status)
  }
  return statuses
}

t.test('without the option, a target that always responds with a server error keeps its share of requests', async (t) => {
  const { first, targets } = await startTwo(t)
  const { send } = await gatewayTo(t, { targets })

  await statusesOf(40, send)

  t.equal(first.received, 20)
})

t.test('a target with too many server errors rests and returns when its trial succeeds', async (t) => {
  const clock = { ahead: 0 }
  const now = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => now() + clock.ahead })
  const { first, targets } = await startTwo(t)
  const gateway = await gatewayTo(t, { targets, health: { passive } })

  const ill = await statusesOf(8, gateway.send)
  const [health] = gateway.targets()
  first.status = 200
  clock.ahead = 60_000
  const well = await statusesOf(4, gateway.send)

  t.strictSame(ill.filter((status) => status === 500).length, 2)
  t.match(health, { healthy: false, failures: 0, lastError: '2 of 2 responses were server errors' })
  t.strictSame(well, [200, 200, 200, 200])
  t.ok(first.received > 3, 'it gets requests again')
})

t.test('if all targets rest, all of them get requests', async (t) => {
  const { first, targets } = await startTwo(t)
  const { send, targets: health } = await gatewayTo(t, { targets: targets[0]!, health: { passive } })

  const statuses = await statusesOf(5, send)

  t.strictSame(statuses, [500, 500, 500, 500, 500])
  t.equal(first.received, 5)
  t.match(health(), [{ healthy: false }])
})

t.test('server errors that cause a retry count, too', async (t) => {
  const { first, targets } = await startTwo(t)
  first.status = 503
  const { send } = await gatewayTo(t, { targets, health: { passive }, retry: { on: [503] } })

  const statuses = await statusesOf(8, send)

  t.strictSame(statuses, Array(8).fill(200))
  t.equal(first.received, 2)
})

t.test('server errors over HTTP/2 count too', async (t) => {
  const gateway = await gatewayToHttp2(t, (stream) => {
    stream.respond({ ':status': 500 })
    stream.end()
  }, { health: { passive } })

  await statusesOf(2, gateway.send)

  t.match(gateway.app.versions.health(), [{ targets: [{ healthy: false }] }])
})

t.test('a failed gRPC call does not count, because its HTTP status is 200', async (t) => {
  const { unary, targets } = await startGrpc(t, {
    unary: (_call: unknown, callback: (error: object) => void) => callback({ code: status.INTERNAL })
  }, { health: { passive } })

  for (let i = 0; i < 3; i++) t.match(await unary('a', new Metadata()), { error: { code: status.INTERNAL } })

  t.match(targets(), [{ healthy: true }])
})
