import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { UpstreamRetry } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'

type End = (socket: Socket) => void

const ends: Record<string, End> = {
  closes: (socket) => { socket.end() },
  resets: (socket) => { socket.resetAndDestroy() }
}

/** Starts an upstream that responds to one request per connection, and ends the connection when the next one arrives. */
async function forgetfulGateway (t: Test, end: End, retry?: UpstreamRetry) {
  const seen: string[] = []
  const server = createServer((socket) => {
    let requests = 0
    socket.on('error', () => {}).on('data', (chunk) => {
      const method = /^([A-Z]+) \//.exec(String(chunk))?.[1]
      if (method === undefined) return
      seen.push(method)
      if (++requests > 1) end(socket)
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const targets = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { seen, ...await gatewayTo(t, { targets, ...retry !== undefined && { retry } }) }
}

for (const [does, end] of Object.entries(ends)) {
  t.test(`a GET is retried if the upstream ${does} the reused connection`, async (t) => {
    const { send, seen, targets } = await forgetfulGateway(t, end)
    await (await send('/')).text()

    const response = await send('/')

    t.equal(await response.text(), 'ok')
    t.strictSame(seen, ['GET', 'GET', 'GET'])
    t.match(targets(), [{ healthy: true, failures: 0 }])
  })

  for (const [what, init] of [['a POST', { method: 'POST' }], ['a PUT with a body', { method: 'PUT', body: 'x' }]] as const) {
    t.test(`${what} is not retried if the upstream ${does} the reused connection, because it may have been processed`, async (t) => {
      const { send, seen, targets } = await forgetfulGateway(t, end)
      await (await send('/')).text()

      const response = await send('/', init)

      t.equal(response.status, 502)
      t.strictSame(seen, ['GET', init.method])
      t.match(targets(), [{ healthy: true, failures: 0 }])
    })
  }
}

t.test('a stale connection does not cause a retry if the config excludes that', async (t) => {
  const { send, seen } = await forgetfulGateway(t, ends.closes!, { on: ['not-sent'] })
  await (await send('/')).text()

  const response = await send('/')

  t.equal(response.status, 502)
  t.strictSame(seen, ['GET', 'GET'])
})
