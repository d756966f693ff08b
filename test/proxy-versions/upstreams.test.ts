import type { FastifyBaseLogger } from 'fastify'
import t from 'tap'
import { releaseUpstreams, useUpstreams } from '../../lib/proxy-versions/upstreams.ts'
import { Registry } from '../../lib/registry/registry.ts'

const log = { warn: () => {}, info: () => {} } as unknown as FastifyBaseLogger

function makeRegistry (): Registry {
  return new Registry({ v1: { upstream: 'http://127.0.0.1:1' }, v2: { upstream: { targets: ['http://127.0.0.1:2', 'http://127.0.0.1:3'] } } }, {})
}

t.test('all mounts of a registry share its upstreams, and others have their own', async (t) => {
  const [registry, other] = [makeRegistry(), makeRegistry()]

  const [first, second, third] = [registry, registry, other].map((each) => useUpstreams(each, log))

  t.strictSame([...first!.keys()], ['v1', 'v2'])
  t.equal(second!.get('v1'), first!.get('v1'))
  t.not(third!.get('v1'), first!.get('v1'))
  await Promise.all([registry, registry, other].map(releaseUpstreams))
})

t.test('they are closed when the last mount gives them back, and opened anew for the next', async (t) => {
  const registry = makeRegistry()
  const upstream = useUpstreams(registry, log).get('v1')!
  useUpstreams(registry, log)
  let closed = 0
  t.intercept(upstream, 'close', { value: async () => { closed++ } })

  await releaseUpstreams(registry)
  const afterFirst = closed
  await releaseUpstreams(registry)
  const next = useUpstreams(registry, log).get('v1')

  t.strictSame([afterFirst, closed], [0, 1])
  t.not(next, upstream)
  await releaseUpstreams(registry)
})

t.test('the registry tells of the health of all targets', async (t) => {
  const registry = makeRegistry()
  const before = registry.health()

  useUpstreams(registry, log)

  t.strictSame(before, [])
  t.match(registry.health(), [
    { version: 'v1', healthy: true, targets: [{ address: 'http://127.0.0.1:1', healthy: true }] },
    { version: 'v2', healthy: true, targets: [{ address: 'http://127.0.0.1:2' }, { address: 'http://127.0.0.1:3' }] }
  ])
  await releaseUpstreams(registry)
})
