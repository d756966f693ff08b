import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway to two targets that respond when the test asks for it. */
async function gatewayToHolding (t: Test, options: Partial<UpstreamOptions>) {
  const held: ServerResponse[] = []
  const hold = async () => await startUpstream(t, 'v1', (_request, response) => { held.push(response) })
  const gateway = await gatewayTo(t, { targets: [await hold(), await hold()], ...options })
  return {
    ...gateway,
    held,
    /** Sends requests one after another, until each has reached a target. */
    async fill (count: number): Promise<Array<Promise<Response>>> {
      const sent: Array<Promise<Response>> = []
      for (let i = 0; i < count; i++) {
        const before = held.length
        sent.push(gateway.send('/held'))
        await until(() => held.length > before)
      }
      return sent
    }
  }
}

const statuses = async (sent: ReadonlyArray<Promise<Response>>) => (await Promise.all(sent)).map(({ status }) => status)

t.test('requests beyond maxInFlight get 503, over all targets of the version', async (t) => {
  const { send, fill, held } = await gatewayToHolding(t, { maxInFlight: 3 })
  const sent = await fill(3)

  const refused = await send('/more')
  for (const response of held) response.end()
  const first = await statuses(sent)
  const later = send('/later')
  await until(() => held.length === 4)
  held[3]!.end()

  t.equal(refused.status, 503)
  t.equal(refused.headers.get('retry-after'), '1')
  t.match(await refused.json(), { code: 'UPSTREAM_OVERLOADED' })
  t.strictSame(first, [200, 200, 200])
  t.equal((await later).status, 200)
})

t.test('maxWaiting requests wait for a place, and the next ones get 503', async (t) => {
  const { send, fill, held } = await gatewayToHolding(t, { maxInFlight: 1, maxWaiting: 1 })
  const [first] = await fill(1)

  const waiting = [send('/a'), send('/b')]
  const refused = await Promise.race(waiting)
  held[0]!.end()
  await until(() => held.length === 2)
  held[1]!.end()

  t.equal(refused.status, 503)
  t.strictSame((await statuses(waiting)).sort(), [200, 503])
  t.equal((await first!).status, 200)
})

t.test('a client that leaves while it waits, or while it is served, gives its place back', async (t) => {
  const { send, fill, held } = await gatewayToHolding(t, { maxInFlight: 1, maxWaiting: 1 })
  const serving = new AbortController()
  const before = send('/held', { signal: serving.signal })
  before.catch(() => {})
  await until(() => held.length === 1)
  const leaving = new AbortController()
  const waiting = send('/waiting', { signal: leaving.signal })
  await until(async () => (await send('/full')).status === 503)

  leaving.abort()
  await t.rejects(waiting)
  serving.abort()
  await t.rejects(before)
  const [next] = await fill(1)
  held[1]!.end()

  t.equal((await next!).status, 200)
})

t.test('a request that waits too long gets 503', async (t) => {
  const { send, fill, held } = await gatewayToHolding(t, { maxInFlight: 1, maxWaiting: 1, timeouts: { connect: 20 } })
  const [first] = await fill(1)

  const response = await send('/a')
  held[0]!.end()

  t.equal(response.status, 503)
  t.equal((await first!).status, 200)
})
