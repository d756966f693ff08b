import { test } from 'tap'
import { checkUpstream } from '../../lib/config/check-upstream.ts'
import type { UpstreamOptions } from '../../types/index.ts'
import { collected, gatewayProblems } from '../helpers/problems.ts'

test('options of connections are refused beside a dispatcher, and the message names the option of the dispatcher', async (t) => {
  const dispatcher = { dispatch: () => true }
  const upstream: UpstreamOptions = {
    targets: ['http://a', 'unix+http:///run/a.sock'], dispatcher, tls: { servername: 'a' }, http2: true, timeouts: { keepAlive: 1, connect: 1 }
  }

  const problems = collected((found) => checkUpstream(found, ['upstream'], upstream))

  t.match(problems, [
    { path: 'upstream.tls', message: /^has no effect with a dispatcher\..*new Agent\(\{ connect: \{ ca \} \}\)/ },
    { path: 'upstream.http2', message: /allowH2/ },
    { path: 'upstream.timeouts.keepAlive', message: /keepAliveTimeout/ },
    { path: 'upstream.targets', message: /socketPath/ }
  ])
})

for (const dispatcher of [null, 'agent', {}, () => true]) {
  test(`a dispatcher must have the method dispatch: ${String(dispatcher)}`, async (t) => {
    const upstream = { targets: 'http://a', dispatcher } as unknown as UpstreamOptions

    const problems = gatewayProblems({ versions: { latest: { upstream } } })

    t.match(problems, [{ path: 'versions.latest.upstream.dispatcher', message: /^expected a dispatcher of undici, got .*MockAgent/ }])
  })
}
