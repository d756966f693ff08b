import dns from 'node:dns'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { gatewayTo } from '../helpers/gateway-to.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Starts a gateway with its own clock to an upstream with a hostname. */
async function gatewayToName (t: Test, options: Partial<UpstreamOptions> = {}) {
  const clock = { ahead: 0 }
  const now = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => now() + clock.ahead })

  let lookups = 0
  const lookup = dns.lookup as (...args: unknown[]) => void
  t.intercept(dns, 'lookup', {
    value: (name: string, options: dns.LookupOptions, done: (error: Error | null, addresses?: unknown, family?: number) => void) => {
      if (!name.endsWith('.test')) return lookup(name, options, done)
      lookups++
      if (name !== 'orders.test') done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }))
      else if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }])
      else done(null, '127.0.0.1', 4)
    }
  })

  const held: ServerResponse[] = []
  const connections = new Set<unknown>()
  const origin = await startUpstream(t, 'v1', ({ url, socket }, response) => {
    connections.add(socket)
    if (url === '/held') held.push(response)
    else response.end('ok')
  })
  const targets = origin.replace('127.0.0.1', 'orders.test')
  const gateway = await gatewayTo(t, { targets, ...options })
  return { ...gateway, clock, held, seen: () => ({ lookups, connections: connections.size }) }
}

t.test('a hostname is resolved again within 30 seconds even if its connections are in use', async (t) => {
  const { send, clock, seen } = await gatewayToName(t, { timeouts: { keepAlive: 300_000 } })

  const history = []
  for (const ahead of [0, 10_000, 29_000, 30_000, 31_000, 60_000]) {
    clock.ahead = ahead
    await (await send('/')).text()
    history.push(seen())
  }

  t.strictSame(history.map(({ lookups }) => lookups), [1, 1, 1, 2, 2, 3])
  t.strictSame(history.map(({ connections }) => connections), [1, 1, 1, 2, 2, 3])
})

t.test('an exchange in flight on an old connection completes', async (t) => {
  const { app, send, clock, held, seen } = await gatewayToName(t)
  const first = send('/held')
  await until(() => held.length === 1)

  clock.ahead = 30_000
  await (await send('/')).text()
  held[0]!.end('whole')
  const response = await (await first).text()

  t.equal(response, 'whole')
  t.strictSame(seen(), { lookups: 2, connections: 2 })
  await t.resolves(app.close())
})

t.test('if all connections are old, a new request does not wait for them', async (t) => {
  const { send, clock } = await gatewayToName(t, { connections: 1 })
  await (await send('/')).text()

  clock.ahead = 30_000
  const response = await send('/')

  t.equal(await response.text(), 'ok')
})

t.test('a hostname that does not resolve results in a 502 that does not reveal it', async (t) => {
  const { send } = await gatewayToName(t, { targets: 'http://nowhere.test' })

  const response = await send('/')

  t.equal(response.status, 502)
  t.notMatch(await response.text(), /nowhere|ENOTFOUND/)
})
