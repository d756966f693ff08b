import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts an upstream that authenticates connections instead of requests. @returns its origin */
async function startBinding (t: Test): Promise<string> {
  const callers = new WeakMap<object, string>()
  return await startUpstream(t, 'binding', ({ headers: { authorization }, socket }, response) => {
    const [, caller] = /^(?:ntlm|negotiate)[ ,\t](.*)/i.exec(authorization ?? '') ?? []
    if (caller !== undefined) callers.set(socket, caller)
    response.end(`served as ${callers.get(socket) ?? 'nobody'}`)
  })
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
  const targets = await startUpstream(t, 'reused', ({ socket }, response) => {
    sockets.add(socket)
    response.end()
  })
  const { send } = await gatewayTo(t, { targets })

  for (const authorization of ['Bearer ntlm', 'Basic a', 'Negotiated a', 'NTLM-2 a', 'ntlm.x']) await send('/', { headers: { authorization } })

  t.equal(sockets.size, 1)
})
