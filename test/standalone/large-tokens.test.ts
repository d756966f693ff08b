import { connect } from 'node:http2'
import { once } from 'node:events'
import t from 'tap'
import { makeAuthority } from '../helpers/certificates.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { config, run } from '../helpers/standalone.ts'
import { until } from '../helpers/until.ts'
import { startUpstream } from '../helpers/upstream.ts'

const issuer = makeIssuer()
const authorization = `Bearer ${issuer.token({ groups: 'g'.repeat(30_000) })}`
const identity = (more: string): string =>
  `identity: { ${more} providers: ${JSON.stringify([issuer.provider({ forwardToken: false })])} }\n`

t.test('a token of the configured size fits into the head of a request, also after a reload', async (t) => {
  const upstream = await startUpstream(t, 'one')
  const { origin, write, host, standalone } = await run(t, config(upstream, identity('')))
  const status = async (): Promise<number> => {
    const response = await fetch(`${origin}/a`, { headers: { authorization, connection: 'close' } })
    await response.text()
    return response.status
  }

  const before = await status()
  const { app } = standalone
  await write('gateway.yaml', config(upstream, identity('maxTokenBytes: 65536,')))
  host.emit('SIGHUP')
  await until(() => standalone.app !== app)

  t.strictSame([before, await status()], [431, 200])
})

t.test('over HTTP/2 the limit for all headers grows with that for tokens', async (t) => {
  const authority = await makeAuthority()
  const { cert, key } = await authority.server('localhost')
  const tls = `server: { port: 0, log: silent, http2: true, tls: ${JSON.stringify({ cert, key })} }`
  const upstream = await startUpstream(t, 'one')
  const statuses = await Promise.all(['', 'maxTokenBytes: 65536,'].map(async (limit) => {
    const { origin } = await run(t, config(upstream, identity(limit)).replace(/^server: .*$/m, tls))
    const session = connect(origin, { rejectUnauthorized: false })
    t.teardown(() => session.destroy())
    const [headers] = await once(session.request({ ':path': '/a', authorization }).resume(), 'response') as [Record<string, unknown>]
    return headers[':status']
  }))

  t.strictSame(statuses, [431, 200])
})
