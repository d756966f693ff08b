import t from 'tap'
import { type LimitStore, type RateLimit, rateLimits } from '../../../lib/limits/index.ts'
import { startGateway, makeApp } from '../../helpers/gateway.ts'

/** A store that admits all requests. @returns it, and the names of the limits in each call */
function recordingStore (isRemote: boolean) {
  const calls: string[][] = []
  const store: LimitStore = {
    isRemote,
    take: (takes) => {
      calls.push(takes.map(({ rule }) => rule.name))
      return takes.map(() => ({ allowed: true, remaining: 1, retryAfterMs: 0, resetMs: 0 }))
    }
  }
  return { store, calls }
}

const limitsOf = (name: string): RateLimit[] => [
  { name: `${name}-address`, requests: 9, per: 'day' },
  { name: `${name}-version`, requests: 9, per: 'day', by: ['version'] }
]

t.test('each limit is counted in the store of its own plugin', async (t) => {
  const [local, one, other] = [recordingStore(false), recordingStore(true), recordingStore(true)]
  const app = makeApp(t)
  await app.register(rateLimits, { limits: limitsOf('local'), store: local.store })
  await app.register(rateLimits, { limits: limitsOf('one'), store: one.store })
  await app.register(rateLimits, { limits: limitsOf('other'), store: other.store })
  const { send } = await startGateway(t, {}, app)

  const response = await send('/')

  t.equal(response.status, 200)
  t.strictSame(local.calls, [['local-address'], ['local-version']])
  t.strictSame(one.calls, [['one-address', 'one-version']])
  t.strictSame(other.calls, [['other-address', 'other-version']])
})
