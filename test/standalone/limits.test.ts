import t from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { makeFolder } from '../helpers/config-folder.ts'
import { needs } from '../helpers/externals.ts'
import { startRedis } from '../helpers/redis.ts'
import { config, run } from '../helpers/standalone.ts'
import { startUpstream } from '../helpers/upstream.ts'

const limit = (requests: number): string => `limits: { limits: [{ name: per-address, requests: ${requests}, per: day }] }\n`

async function statuses (origin: string, count: number): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < count; i++) all.push((await fetch(`${origin}/a`)).status)
  return all
}

t.test('a config file has limits, and a reload keeps their counters', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { origin, standalone, write } = await run(t, config(upstream, limit(2)))
  const before = await statuses(origin, 3)

  await standalone.reload(await loadConfig(await write('gateway.yaml', config(upstream, limit(4)))))
  const after = await statuses(origin, 3)

  t.strictSame(before, [200, 200, 429])
  t.strictSame(after, [200, 200, 429])
})

t.test('two gateways with a store share their limits', needs('redis-server'), async (t) => {
  const { socket } = await startRedis(t)
  const upstream = await startUpstream(t, 'one')
  const text = config(upstream, `limits: { storeTimeoutMs: 5000, store: { redis: '${socket}' }, limits: [{ name: per-address, requests: 3, per: day }] }\n`)
  const [one, other] = await Promise.all([run(t, text), run(t, text)])

  const all = [...await statuses(one.origin, 2), ...await statuses(other.origin, 2)]

  t.strictSame(all, [200, 200, 200, 429])
})

t.test('problems of limits have their lines, and no secret', async (t) => {
  const { write } = await makeFolder(t)
  const file = await write('gateway.yaml', config('http://127.0.0.1:1', `limits:
  store: { redis: 'http://user:secret-password@10.0.0.1' }
  limits:
    - { name: one, requests: 5, per: week }
    - { name: two, requests: 5, per: day }
    - { name: two, requests: 5, per: day }
`))

  const error: Error = await loadConfig(file).then(() => t.fail('it was accepted') as never, (error: Error) => error)

  t.match(error.message, /gateway\.yaml:5:.*limits\.store\.redis: expected an address/)
  t.match(error.message, /gateway\.yaml:7:.*limits\.limits\[0\]\.per: expected 'second' or 'minute' or 'hour' or 'day'/)
  t.match(error.message, /gateway\.yaml:9:.*limits\.limits\[2\]\.name: 'two' is already the name of a limit/)
  t.notMatch(error.message, 'secret-password')
})

t.test('a reload must not lose a limit by accident', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { standalone, write } = await run(t, config(upstream, limit(2)))

  await t.rejects(async () => await standalone.reload(await loadConfig(await write('gateway.yaml', config(upstream)))), /limits/)
  await standalone.reload(await loadConfig(await write('gateway.yaml', config(upstream, 'limits: false\n'))))
})
