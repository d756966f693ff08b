import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import t from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { startUpstream } from '../helpers/upstream.ts'
import { until } from '../helpers/until.ts'

// Servers truncate a response that the client does not read, such as nginx after `send_timeout`. The target is not at fault.

/** More than the system buffers on the way to a client. */
const length = 40_000_000

t.test('a target that gives up on clients that do not read stays healthy', async (t) => {
  const given: ServerResponse[] = []
  const upstream = await startUpstream(t, 'v1', (_request, response) => {
    response.writeHead(200, { 'content-length': length }).write(Buffer.alloc(length))
    given.push(response)
  })
  const { origin, targets } = await gatewayTo(t, { targets: upstream, retry: { attempts: 0 }, health: { passive: { failures: 3 } } })
  const clients: IncomingMessage[] = []
  for (let i = 0; i < 3; i++) {
    const [response] = await once(get(origin, { agent: false }).on('error', () => {}), 'response') as [IncomingMessage]
    clients.push(response.on('error', () => {}).pause())
  }
  await until(() => given.length === 3)
  // All three peers are in this process, so they are stuck if nothing has moved for many turns of the event loop.
  let [written, turns] = [0, 0]
  await until(() => {
    const now = given.reduce((sum, { socket }) => sum + socket!.bytesWritten, 0)
    turns = now === written ? turns + 1 : 0
    written = now
    return turns === 200
  })

  for (const response of given) response.destroy()
  await Promise.all(clients.map(async (client) => await new Promise((resolve) => client.once('close', resolve).resume())))

  t.match(targets(), [{ healthy: true, failures: 0 }])
})
