import t from 'tap'
import versionGateway, { fromHeader } from '../../lib/index.ts'
import type { Problem, ProblemOptions } from '../../types/index.ts'
import { listen, makeApp, startGateway } from '../helpers/gateway.ts'
import { deadOrigin } from '../helpers/upstream.ts'

const problems: ProblemOptions = { baseUri: 'https://docs.acme.io/problems' }
const html: ProblemOptions = { render: ({ status, code }) => ({ contentType: 'text/html', body: `<h1>${status}: ${code}</h1>` }) }

t.test('problems have the same format whichever stage refuses', async (t) => {
  const { send, issuer } = await startGateway(t)
  const down = await deadOrigin()
  const strict = await startGateway(t, {
    problems, versions: { latest: { upstream: down }, v2: { upstream: down } }, identity: { policy: 'require', providers: [issuer.provider()] }
  })
  const headers = { authorization: `Bearer ${issuer.token()}` }

  const refused = await Promise.all([
    strict.send('/orders'),
    strict.send('/orders', { headers: { ...headers, 'x-version-override': 'v9' } }),
    strict.send('/a%2f..%2fb', { headers }),
    strict.send('/orders', { headers })
  ])
  const standard = await send('/orders', { headers: { 'x-version-override': 'v9' } })

  const bodies = await Promise.all(refused.map(async (response) => await response.json() as Problem))
  t.strictSame(bodies.map(({ status, type }) => [status, type.slice(problems.baseUri!.length)]), [
    [401, '/token-missing'], [400, '/version-unknown'], [400, '/request-malformed'], [502, '/upstream-unavailable']
  ])
  t.ok(bodies.every(({ type, docs }) => type === docs))
  t.equal(refused[0]!.headers.get('www-authenticate'), 'Bearer realm="api"')
  t.match(await standard.json(), { type: 'about:blank' })
})

t.test('two gateways in one app each use their own problem options', async (t) => {
  const app = makeApp(t)
  const resolve = { override: [fromHeader('x-v')] }
  const versions = { latest: { upstream: 'http://127.0.0.1:1' } }
  await app.register(versionGateway, { prefix: '/a', versions, resolve, problems: html })
  await app.register(versionGateway, { prefix: '/b', versions, resolve, sanitize: { problems } })
  const origin = await listen(app)

  const [a, b] = await Promise.all(['/a', '/b'].map(async (path) => await fetch(origin + path, { headers: { 'x-v': 'v9' } })))

  t.strictSame([a!.status, a!.headers.get('content-type'), a!.headers.get('cache-control')], [400, 'text/html', 'no-store'])
  t.equal(await a!.text(), '<h1>400: VERSION_UNKNOWN</h1>')
  t.match(await b!.json(), { type: 'https://docs.acme.io/problems/version-unknown', code: 'VERSION_UNKNOWN' })
})
