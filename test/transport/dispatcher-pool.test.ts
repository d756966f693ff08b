import { Readable } from 'node:stream'
import t from 'tap'
import { globalMock } from '../../lib/transport/mock-agent.ts'
import { DispatcherPool } from '../../lib/transport/dispatcher-pool.ts'
import type { UndiciDispatcher } from '../../types/index.ts'
import { makeHandler } from '../helpers/dispatch-handler.ts'

type Handler = Parameters<UndiciDispatcher['dispatch']>[1]
interface Sent { headers: object, body: unknown, handler: Handler & { onResponseEnd: (controller: unknown, trailers: object) => void } }

/** Makes a pool whose dispatcher records the requests. */
function makePool (isMockActive = false) {
  const sent: Sent[] = []
  const dispatcher = {
    isMockActive,
    dispatch: ({ headers, body }: Sent, handler: Sent['handler']) => { sent.push({ headers, body, handler }) }
  } as unknown as UndiciDispatcher
  const timeouts = { connect: 0, headers: 0 }
  const pool = new DispatcherPool('http://upstream.test', { dispatcher, timeouts, maxResponseHeaderBytes: 1000 } as ConstructorParameters<typeof DispatcherPool>[1])
  return { pool, sent }
}
const get = { method: 'GET', path: '/', body: null } as const

t.test('repeated headers are lists', async (t) => {
  const { pool, sent } = makePool()

  pool.dispatch({ ...get, headers: ['X-One', '1', 'X-Two', '1', 'x-two', '2'] }, makeHandler().handler)

  t.strictSame(sent.map(({ headers }) => headers), [{ 'x-one': '1', 'x-two': ['1', '2'] }])
})

t.test('mocks get a body as text, or as bytes that are no text', async (t) => {
  const { pool, sent } = makePool(true)
  const { handler, notes, ended } = makeHandler()
  const broken = new Readable({ read () {} })

  pool.dispatch({ ...get, headers: [], body: Buffer.from('text') }, makeHandler().handler)
  pool.dispatch({ ...get, headers: [], body: Buffer.from([255]) }, makeHandler().handler)
  pool.dispatch({ ...get, headers: [], body: broken }, handler)
  broken.destroy(new Error('broken'))
  await ended

  t.strictSame(sent.map(({ body }) => body), ['text', Buffer.from([255])])
  t.strictSame(notes, ['broken'])
})

t.test('closing waits for the requests in flight, and destroying ends them', async (t) => {
  const { pool, sent } = makePool()
  const [first, second] = [makeHandler(), makeHandler()]
  await pool.close()

  pool.dispatch({ ...get, headers: [] }, first.handler)
  const closed = pool.close()
  sent[0]!.handler.onResponseEnd({}, {})
  await closed
  pool.dispatch({ ...get, headers: [] }, second.handler)
  await pool.destroy()

  t.strictSame([first.notes, second.notes], [['complete'], ['the gateway no longer needs the response']])
})

t.test('an active mock of an early version of undici is found', async (t) => {
  const place = Symbol.for('undici.globalDispatcher.1')
  const shared = globalThis as Record<symbol, unknown>
  const { [place]: before, [Symbol.for('undici.globalDispatcher.2')]: current } = shared
  const mock = { isMockActive: true }
  shared[place] = mock
  t.teardown(() => { shared[place] = before })

  t.equal(globalMock(), mock)
  shared[place] = { isMockActive: false }
  t.equal(globalMock(), null)
  t.equal(shared[Symbol.for('undici.globalDispatcher.2')], current)
})
