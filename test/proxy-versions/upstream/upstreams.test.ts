import type { FastifyBaseLogger } from 'fastify'
import t from 'tap'
import { Upstreams } from '../../../lib/proxy-versions/upstream/upstreams.ts'
import { defineVersions } from '../../../lib/index.ts'
import type { Registry } from '../../../lib/registry/registry.ts'

const log = { warn: () => {}, info: () => {} } as unknown as FastifyBaseLogger

const [first, second] = [{ upstream: 'http://127.0.0.1:1' }, { upstream: { targets: ['http://127.0.0.1:2', 'http://127.0.0.1:3'] } }]

function makeRegistry (): Registry {
  return defineVersions({ v1: first, v2: second }) as Registry
}

function upstreamOf (upstreams: Upstreams, registry: Registry, id: string) {
  return upstreams.of(registry.current.find(id)!.version)
}

t.test('all mounts of a registry share its upstreams, and other registries have their own', async (t) => {
  const [registry, other] = [makeRegistry(), makeRegistry()]

  const mounts = [registry, registry, other].map((each) => Upstreams.use(each, log))

  const [one, two, three] = mounts.map((upstreams, index) => upstreamOf(upstreams, index === 2 ? other : registry, 'v1'))
  t.equal(two, one)
  t.not(three, one)
  await Promise.all(mounts.map((upstreams) => upstreams.release()))
})

t.test('upstreams are closed when the last mount releases them, and created again for the next', async (t) => {
  const registry = makeRegistry()
  const upstreams = Upstreams.use(registry, log)
  const upstream = upstreamOf(upstreams, registry, 'v1')
  Upstreams.use(registry, log)
  const closed = t.capture(upstream, 'destroy', async () => {})

  await upstreams.release()
  const afterFirst = closed.args().length
  await upstreams.release()
  const next = Upstreams.use(registry, log)

  t.strictSame([afterFirst, closed.args().length], [0, 1])
  t.not(upstreamOf(next, registry, 'v1'), upstream)
  await next.release()
})

t.test('the registry reports the health of all targets', async (t) => {
  const registry = makeRegistry()
  const before = registry.health()

  const upstreams = Upstreams.use(registry, log)

  t.strictSame(before, [])
  t.match(registry.health(), [
    { version: 'v1', healthy: true, targets: [{ address: 'http://127.0.0.1:1', healthy: true }] },
    { version: 'v2', healthy: true, targets: [{ address: 'http://127.0.0.1:2' }, { address: 'http://127.0.0.1:3' }] }
  ])
  await upstreams.release()
})

t.test('an update keeps unchanged upstreams, whatever else changes in their versions, and closes the others', async (t) => {
  const registry = makeRegistry()
  const upstreams = Upstreams.use(registry, log)
  const [kept, removed] = ['v1', 'v2'].map((id) => upstreamOf(upstreams, registry, id))
  const closed = t.capture(removed!, 'close', async () => {})

  registry.update({ versions: { v1: { ...first, deprecatedAt: '2026-01-01' }, v3: second } })

  t.equal(upstreamOf(upstreams, registry, 'v1'), kept)
  t.equal(closed.args().length, 1)
  t.strictSame(registry.health().map(({ version }) => version), ['v1', 'v3'])
  await upstreams.release()
})

t.test('a request for a removed version still gets an upstream', async (t) => {
  const registry = makeRegistry()
  const upstreams = Upstreams.use(registry, log)
  const { version } = registry.current.find('v2')!
  registry.update({ versions: { v1: first } })

  const upstream = upstreams.of(version)

  t.equal(upstream.version, 'v2')
  t.strictSame(registry.health().map((each) => each.version), ['v1'])
  await upstreams.release()
})

t.test('an update after the last mount was released creates no upstreams', async (t) => {
  const registry = makeRegistry()
  await Upstreams.use(registry, log).release()

  registry.update({ versions: { v1: first, v3: second } })

  t.strictSame(registry.health(), [])
})
