import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { followSockets } from '../helpers/sockets.ts'
import { readBytes, startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

async function startAcme (t: Test, headers?: Parameters<typeof startSwitching>[1]) {
  const upstream = await startSwitching(t, headers)
  const upgrades = { protocols: ['acme', 'Acme/2.0', 'beta'] }
  return { ...await gatewayTo(t, { targets: upstream.origin, upgrades }), upstream }
}

t.test('an upgrade to a configured protocol is forwarded unchanged and carries bytes in both directions', async (t) => {
  const { origin, upstream } = await startAcme(t)

  const { socket, head } = await upgrade(t, origin, upgradeLines('/path?x=1', 'Acme/2.0', 'X-Acme: 1'))
  const { socket: peer, request } = await upstream.last()
  socket.write('to the upstream')
  peer.write(Buffer.from([0, 255]))

  t.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  t.match(head, /^upgrade: Acme\/2\.0\r$/m)
  t.match(request, { url: '/path?x=1', headers: { upgrade: 'Acme/2.0', connection: 'upgrade', 'x-acme': '1', 'api-version': 'latest' } })
  t.equal(await readBytes(peer, 15), 'to the upstream')
  t.equal(await readBytes(socket, 2), '\x00\xff')
})

t.test('headers that a client names in Connection are not forwarded', async (t) => {
  const { origin, upstream } = await startAcme(t)

  await upgrade(t, origin, ['GET / HTTP/1.1', 'Host: a', 'Connection: keep-alive, Upgrade', 'connection: X-Trace', 'Upgrade: acme', 'X-Trace: 1', '', ''])
  const { request } = await upstream.last()

  t.equal(request.headers.connection, 'upgrade')
  t.notOk('x-trace' in request.headers)
})

t.test('an upstream can choose among the protocols that the client offers', async (t) => {
  const { origin } = await startAcme(t, () => ['Upgrade: Beta'])

  const { head } = await upgrade(t, origin, upgradeLines('/', 'acme, beta'))

  t.match(head, /^HTTP\/1\.1 101 [^]*^upgrade: Beta\r$/m)
})

t.test('a protocol that the client did not offer results in a 502, and the upstream connection is closed', async (t) => {
  const { origin, upstream } = await startAcme(t, () => ['Upgrade: other'])

  const { head } = await upgrade(t, origin)
  const { socket: peer } = await upstream.last()
  const ended = once(peer.resume(), 'end')

  t.match(head, /^HTTP\/1\.1 502 [^]*^connection: close\r$/im)
  await t.resolves(ended)
})

t.test('a 101 without an Upgrade header results in a 502', async (t) => {
  const { origin } = await startAcme(t, () => [])

  const { head } = await upgrade(t, origin)

  t.match(head, /^HTTP\/1\.1 502 /)
})

t.test('invalid headers in a 101 result in a 502', async (t) => {
  const { origin } = await startAcme(t, () => ['Upgrade: acme', 'X-Odd: a\x01b'])

  const { head } = await upgrade(t, origin)

  t.match(head, /^HTTP\/1\.1 502 /)
})

t.test('an upgrade can use any method', async (t) => {
  const { origin, upstream } = await startAcme(t)

  await upgrade(t, origin, ['POST /rpc HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: acme', 'Content-Length: 0', '', ''])
  const { request } = await upstream.last()

  t.equal(request.method, 'POST')
})

// CVE-2026-73548: bytes that reach an upstream before it has switched are requests to it, which nothing has checked.
t.test('bytes that the client sends early reach the upstream only after it has accepted the upgrade', async (t) => {
  const { origin, upstream } = await startAcme(t)
  const early = 'GET /unchecked HTTP/1.1\r\nHost: a\r\n\r\n'

  const { socket } = await upgrade(t, origin, upgradeLines(), early)
  const { socket: peer, head } = await upstream.last()
  socket.write('later')

  t.equal(head.length, 0)
  t.equal(await readBytes(peer, early.length + 5), `${early}later`)
})

t.test('bytes that the upstream sends right after its 101 reach the client', async (t) => {
  const { origin } = await startAcme(t, () => ['Upgrade: acme', '', 'at once'])

  const { socket } = await upgrade(t, origin)

  t.equal(await readBytes(socket, 7), 'at once')
})

for (const from of ['client', 'upstream'] as const) {
  t.test(`bytes from the ${from} are subject to backpressure and arrive completely`, async (t) => {
    const { opened } = followSockets(t)
    const { origin, upstream } = await startAcme(t)
    const { socket } = await upgrade(t, origin)
    const { socket: peer } = await upstream.last()
    const front = opened.find(({ localPort }) => localPort === Number(new URL(origin).port))!
    const back = opened.find(({ remotePort }) => remotePort === Number(new URL(upstream.origin).port))!
    const [sender, ...gateway] = from === 'client' ? [socket, front, back] as const : [peer, back, front] as const
    const bytes = randomBytes(32 * 1024 * 1024)

    let most = 0
    gateway[0].on('data', () => { most = Math.max(most, gateway[1].writableLength) })
    sender.end(bytes)
    await once(gateway[0], 'pause')
    const received = await buffer(from === 'client' ? peer : socket)

    t.ok(most < 1024 * 1024, `the gateway has at most ${most} bytes in its memory`)
    t.ok(received.equals(bytes))
  })
}
