import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { sendRaw } from '../helpers/raw.ts'

/** Starts an upstream that authenticates connections instead of requests. @returns its origin */
async function startBinding (t: Test): Promise<string> {
  const callers = new WeakMap<object, string>()
  const server = createServer(({ headers: { authorization }, socket }, response) => {
    const [, caller] = /^(?:ntlm|negotiate)[ ,\t](.*)/i.exec(authorization ?? '') ?? []
    if (caller !== undefined) callers.set(socket, caller)
    response.end(`served as ${callers.get(socket) ?? 'nobody'}`)
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

for (const lines of [['Authorization: NTLM kim'], ['Authorization: NTLM,kim'], ['Authorization: NTLM\tkim'], ['authorization: negotiate kim'], ['Authorization: Negotiate kim', 'Content-Length: 2']]) {
  t.test(`credentials in ${lines.join(', ')} do not authenticate the next caller on the connection`, async (t) => {
    const { origin } = await gatewayTo(t, { targets: await startBinding(t), connections: 1 })
    const before = await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])

    const first = await sendRaw(t, origin, ['POST / HTTP/1.1', 'Host: a', ...lines], lines.length > 1 ? 'ab' : '')
    const others = [await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a']), await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: a'])]

    t.match(before, 'served as nobody')
    t.match(first, 'served as kim')
    t.match(others, [/served as nobody/, /served as nobody/])
  })
}

t.test('with other authentication schemes, the upstream connection is reused', async (t) => {
  const sockets = new Set<object>()
  const server = createServer(({ socket }, response) => {
    sockets.add(socket)
    response.end()
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { send } = await gatewayTo(t, { targets: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })

  for (const authorization of ['Bearer ntlm', 'Basic a', 'Negotiated a', 'NTLM-2 a', 'ntlm.x']) await send('/', { headers: { authorization } })

  t.equal(sockets.size, 1)
})
