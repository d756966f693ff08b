import type { RequestListener } from 'node:http'
import t from 'tap'
import type { VersionResolver } from '../../../types/index.ts'
import { until } from '../../helpers/until.ts'
import { startUpstream } from '../../helpers/upstream.ts'
import { sendRequest } from '../../helpers/worked-cases/send.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

t.test('a version that is removed while a request is being resolved still serves that request', async (t) => {
  const held: Array<(version: string) => void> = []
  const slow: VersionResolver = { name: 'slow', timeoutMs: 0, resolve: () => new Promise((resolve) => { held.push(resolve) }) }
  const { app, origin, decisions } = await startCase(t, { resolve: { override: [slow] } })
  const { upstream } = app.versions.get('v3')!

  const response = sendRequest(t, origin, {})
  await until(() => held.length === 1)
  app.versions.update({ versions: { v3: { upstream } }, aliases: { latest: 'v3' } })
  held[0]!('v2')
  const { status, headers, body } = await response

  t.equal(status, 200, body)
  t.equal(headers['api-version'], 'v2')
  t.hasStrict(JSON.parse(body), { servedBy: 'v2' })
  t.hasStrict(decisions[0], { id: 'v2', revision: 1 })
})

t.test('a version with a new target uses it immediately, and requests in flight complete at the old one', async (t) => {
  const finish: Array<() => void> = []
  const old: RequestListener = (_request, response) => { finish.push(() => response.end('{"servedBy":"old"}')) }
  const { app, origin } = await startCase(t, { upstreams: { v3: old } })
  const moved = await startUpstream(t, 'new')

  const before = sendRequest(t, origin, {})
  await until(() => finish.length === 1)
  app.versions.update({ versions: { v3: { upstream: moved } }, aliases: { latest: 'v3' } })
  const after = await sendRequest(t, origin, {})
  finish[0]!()
  const responses = [await before, after].map(({ body }) => (JSON.parse(body) as { servedBy: string }).servedBy)

  t.strictSame(responses, ['old', 'new'])
})

t.test('an invalid set changes nothing, and every problem is reported', async (t) => {
  const { app, origin } = await startCase(t)
  const rejected: object[] = []
  app.versions.events.on('rejected', (event) => { rejected.push(event) })

  t.throws(() => app.versions.update({ versions: { v3: { upstream: 'nowhere' }, v2: { upstream: 'http://127.0.0.1:1', successor: 'v8' } }, aliases: { stable: 'v7' } }), {
    code: 'VERSION_CONFIG_INVALID',
    problems: [{ path: 'versions.v3.upstream' }, { path: 'aliases.stable' }, { path: 'versions.v2.successor' }, { path: 'resolve.default' }]
  })
  const { headers } = await sendRequest(t, origin, { lines: ['api-version: stable'] })

  t.equal(headers['api-version'], 'v3')
  t.match(rejected, [{ revision: 1, problems: [{ path: 'versions.v3.upstream' }] }])
})
