import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { makeApp, startGateway } from '../helpers/gateway.ts'
import { openSocket } from '../helpers/raw.ts'
import { rawUpstream } from '../helpers/raw-upstream.ts'
import { followSockets } from '../helpers/sockets.ts'
import { endWithOther, readAll, readHead, startSwitching, upgrade, upgradeLines } from '../helpers/upgrades.ts'

const ways = [
  ['ends its connection', (socket: Socket) => socket.end()],
  ['resets its connection', (socket: Socket) => socket.resetAndDestroy()]
] as const

/** Starts an upgrade whose upstream has received the request but does not respond. */
async function startPendingUpgrade (t: Test) {
  const requests = new EventEmitter()
  const upstream = await rawUpstream(t, (socket) => { requests.emit('request', socket) })
  const { app, origin } = await gatewayTo(t, { targets: upstream })
  const client = await openSocket(t, origin)
  client.on('error', () => {}).write(upgradeLines('/', 'websocket').join('\r\n'))
  const [peer] = await once(requests, 'request') as [Socket]
  return { app, client, peer }
}

/** Connects a client to an upstream that accepts its upgrade. */
async function agreed (t: Test, protocol: string) {
  const { origin: upstream, last } = await startSwitching(t)
  const { origin } = await gatewayTo(t, { targets: upstream, upgrades: { protocols: ['websocket', 'acme'] } })
  const { socket: client } = await upgrade(t, origin, upgradeLines('/', protocol))
  const { socket: peer } = await last()
  return { client, peer }
}

for (const [how, leave] of ways) {
  t.test(`a client that ${how} before the upstream accepts the upgrade leaves no connection open`, async (t) => {
    const sockets = followSockets(t)
    const { app, client, peer } = await startPendingUpgrade(t)
    endWithOther(peer)

    leave(client)
    await once(peer, 'close')
    await app.close()

    t.ok(await sockets.allClosed())
  })

  t.test(`an upstream that ${how} before it accepts the upgrade results in a 502 and leaves no connection open`, async (t) => {
    const sockets = followSockets(t)
    const { client, peer } = await startPendingUpgrade(t)
    peer.resume()

    leave(peer)
    const head = await readHead(client)
    endWithOther(client)

    t.match(head, /^HTTP\/1\.1 502 /)
    t.equal(await sockets.allClosed(), 4)
  })

  for (const protocol of ['websocket', 'acme']) {
    t.test(`a ${protocol} client that ${how} leaves no connection open`, async (t) => {
      const sockets = followSockets(t)
      const { client, peer } = await agreed(t, protocol)
      endWithOther(peer)

      leave(client.resume())

      t.equal(await sockets.allClosed(), 4)
    })

    t.test(`a ${protocol} upstream that ${how} leaves no connection open`, async (t) => {
      const sockets = followSockets(t)
      const { client, peer } = await agreed(t, protocol)
      endWithOther(client)

      leave(peer.resume())

      t.equal(await sockets.allClosed(), 4)
    })
  }

  t.test(`a client that ${how} while bytes are in flight to it leaves no connection open`, async (t) => {
    const sockets = followSockets(t)
    const { client, peer } = await agreed(t, 'acme')
    peer.on('end', () => peer.end())

    peer.resume().write(Buffer.alloc(4 * 1024 * 1024))
    await once(client, 'readable')
    leave(client)
    client.resume()

    t.equal(await sockets.allClosed(), 4)
  })

  t.test(`a client that ${how} while a resolver runs is not forwarded`, async (t) => {
    const sockets = followSockets(t)
    const { origin: upstream, upgraded } = await startSwitching(t)
    const app = makeApp(t)
    const left = new Promise((resolve) => app.addHook('onRequest', async ({ raw }) => { raw.socket.once('close', resolve) }))
    let begin = (): void => {}
    const begun = new Promise<void>((resolve) => { begin = resolve })
    const waitForLeft = async (): Promise<void> => {
      begin()
      await left
    }
    const { origin } = await startGateway(t, {
      versions: { latest: { upstream: { targets: upstream, upgrades: { protocols: ['acme'], max: 1 } } } },
      resolve: { override: [{ name: 'slow', timeoutMs: 0, resolve: async ({ url }) => { if (url === '/left') await waitForLeft(); return undefined } }] }
    }, app)
    const client = await openSocket(t, origin)

    client.write(upgradeLines('/left').join('\r\n'))
    await begun
    leave(client)
    await left
    const { socket } = await upgrade(t, origin, upgradeLines('/after'))
    endWithOther(upgraded[0]!.socket)
    socket.destroy()

    t.strictSame(upgraded.map(({ request }) => request.url), ['/after'])
    t.ok(await sockets.allClosed())
  })
}

t.test('half-closing is forwarded, and the other direction stays open', async (t) => {
  const { client, peer } = await agreed(t, 'acme')

  client.end('question')
  const requests = await readAll(peer)
  peer.end('answer')
  const received = await readAll(client)

  t.strictSame([requests, received], ['question', 'answer'])
})

t.test('an upstream can half-close first and still receive data from the client', async (t) => {
  const { client, peer } = await agreed(t, 'acme')
  client.allowHalfOpen = true

  peer.end('greeting')
  const greeted = await readAll(client)
  client.end('reply')
  const replied = await readAll(peer)

  t.strictSame([greeted, replied], ['greeting', 'reply'])
})
