import { once } from 'node:events'
import { request as connect } from 'node:http'
import t from 'tap'
import { mirrored } from '../helpers/mirrored.ts'
import { until } from '../helpers/until.ts'
import { upgrade } from '../helpers/upgrades.ts'

// Copies must not affect callers, or the health of their target.

const hang = (): void => {}

t.test('a caller gets its response while the copy hangs, and the copy is abandoned in time', async (t) => {
  const { send, received, outcomes, settled } = await mirrored(t, { v4: hang, mirror: { timeoutMs: 100, compare: true } })

  const response = await send('/')
  await response.text()

  t.equal(response.status, 200)
  t.match(outcomes(), { failed: 0 })
  t.match(await settled(), { failed: 1 })
  t.equal(received.v4.length, 1)
})

t.test('a copy that fails affects neither the caller nor the health of its target, and is not retried', async (t) => {
  const { app, send, received, settled } = await mirrored(t, {
    v4: (request) => { request.socket.destroy() },
    upstream: { retry: { on: ['reset', 'not-sent'], attempts: 3 }, health: { passive: { failures: 1 } } }
  })

  for (let i = 0; i < 3; i++) t.equal((await send('/')).status, 200)

  t.match(await settled(3), { failed: 3 })
  t.equal(received.v4.length, 3)
  t.match(app.versions.health()[1], { version: 'v4', healthy: true, targets: [{ failures: 0, pending: 0 }] })
})

t.test('copies beyond maxInFlight are dropped', async (t) => {
  const { send, received, settled } = await mirrored(t, { v4: hang, mirror: { maxInFlight: 2 } })

  for (let i = 0; i < 5; i++) await send('/')

  t.match(await settled(3), { dropped: 3 })
  await until(() => received.v4.length === 2)
})

t.test('copies leave half of the connections to callers, and never wait for one', async (t) => {
  const { app, send, received, settled } = await mirrored(t, { v4: hang, upstream: { connections: 4 } })

  for (let i = 0; i < 5; i++) await send('/')

  t.match(await settled(3), { dropped: 3 })
  await until(() => received.v4.length === 2)
  t.match(app.versions.health()[1]!.targets, [{ pending: 2, queued: 0 }])
})

t.test('copies are dropped when the event loop is late', async (t) => {
  let time = 0
  const now = (): number => {
    time += 1_000
    return time
  }
  const { send, settled } = await mirrored(t, { options: { registry: { now } } })

  await send('/')

  t.match(await settled(), { dropped: 1, sent: 0 })
})

t.test('closing ends the copies at once', async (t) => {
  const { app, send, received } = await mirrored(t, { v4: hang, mirror: { timeoutMs: 600_000 } })
  await send('/')
  await until(() => received.v4.length === 1)

  await app.close()

  t.match(app.versions.shadow(), [{ outcomes: { failed: 1 } }])
})

t.test('a caller that leaves during its response does not harm the copy', async (t) => {
  const { origin, received, settled } = await mirrored(t, {
    v3: (_request, response) => { response.write('begun') }, mirror: { compare: true, timeoutMs: 500 }
  })
  const request = connect(origin).end()
  const [response] = await once(request, 'response')
  await until(() => received.v4.length === 1)

  response.destroy()

  t.match(await settled(), { sent: 1 })
})

t.test('a caller that leaves during its upload is not mirrored', async (t) => {
  const { origin, received } = await mirrored(t, { mirror: { methods: ['POST'] } })
  const request = connect(origin, { method: 'POST' }).on('error', () => {})
  request.write('a')
  await until(async () => (await fetch(origin)).ok)

  const closed = new Promise((resolve) => request.on('close', resolve))
  request.destroy()
  await closed

  t.equal(received.v4.length, 0)
})

t.test('upgrades are not mirrored', async (t) => {
  const { origin, received } = await mirrored(t, { v3: (_request, response) => { response.writeHead(426, { upgrade: 'a' }).end() } })

  await upgrade(t, origin)

  t.equal(received.v4.length, 0)
})
