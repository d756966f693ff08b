import { EventEmitter, once } from 'node:events'
import t from 'tap'
import type { LimitStore } from '../../../lib/limits/index.ts'
import { limitedGateway } from '../../helpers/limits.ts'
import { openSocket } from '../../helpers/raw.ts'

t.test('a request whose client leaves while the caller is identified is counted in a remote store', async (t) => {
  const events = new EventEmitter()
  const taken: string[] = []
  const store: LimitStore = {
    isRemote: true,
    take: async (takes) => {
      taken.push(...takes.map(({ rule }) => rule.name))
      events.emit('taken')
      return takes.map(() => ({ allowed: true, remaining: 1, retryAfterMs: 0, resetMs: 0 }))
    }
  }
  const read = async (): Promise<null> => {
    events.emit('identifying')
    await once(events, 'end')
    return null
  }
  const { origin } = await limitedGateway(t, [
    { name: 'address', requests: 1, per: 'minute' },
    { name: 'version', requests: 1, per: 'minute', by: ['version'] }
  ], { store, gateway: { identity: { from: { name: 'slow', readsHeaders: ['authorization'], read } } } })
  const socket = await openSocket(t, origin)
  const isIdentifying = once(events, 'identifying')
  const isTaken = once(events, 'taken')
  socket.write('GET / HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await isIdentifying

  socket.destroy()
  await isTaken

  t.strictSame(taken, ['address'])
  events.emit('end')
})
