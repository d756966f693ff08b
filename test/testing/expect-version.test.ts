import t, { type Test } from 'tap'
import versionGateway, { fromClaim, fromHeader } from '../../lib/index.ts'
import { expectVersion, makeIssuer } from '../../lib/testing/index.ts'
import { makeApp } from '../helpers/gateway.ts'

const issuer = makeIssuer()

async function appOf (t: Test) {
  const app = makeApp(t)
  await app.register(versionGateway, {
    versions: { latest: { upstream: 'http://latest.test' }, v2: { upstream: 'http://v2.test' } },
    identity: { providers: [issuer.provider()] },
    resolve: { override: [fromHeader('x-version-override')], pin: [fromClaim('version')], default: 'latest' }
  })
  return app
}

t.test('the decision is returned if it is the expected one', async (t) => {
  const app = await appOf(t)

  const decisions = [
    await expectVersion(app, '/orders', 'latest'),
    await expectVersion(app, { url: '/orders', headers: issuer.bearer({ version: 'v2' }) }, { id: 'v2', tier: 'pin' }),
    await expectVersion(app, { headers: { 'x-version-override': 'v2' } })
  ]

  t.match(decisions, [{ tier: 'default' }, { source: 'claim:version' }, { id: 'v2', source: 'header:x-version-override' }])
})

t.test('another version fails the test, with the steps of the decision', async (t) => {
  const app = await appOf(t)

  const wrongId = expectVersion(app, { headers: { 'x-version-override': 'v2' } }, 'latest')
  const wrongTier = expectVersion(app, '/', { id: 'latest', tier: 'pin' })

  await t.rejects(wrongId, { name: 'AssertionError', code: 'ERR_ASSERTION', message: /^expected id latest, got id v2:\n- .*v2/s })
  await t.rejects(wrongTier, { message: /^expected id latest, tier pin, got id latest, tier default:/, actual: { tier: 'default' } })
})

t.test('a refused request fails the test, with its code', async (t) => {
  const app = await appOf(t)

  const unknown = expectVersion(app, { headers: { 'x-version-override': 'v9' } })
  const invalid = expectVersion(app, { headers: issuer.bearer({}, { expiresIn: -60 }) }, 'v2')

  await t.rejects(unknown, { message: /^expected a version, got VERSION_UNKNOWN:/ })
  await t.rejects(invalid, { message: /^expected id v2, got TOKEN_INVALID:/ })
})

t.test('an app without a gateway is refused', async (t) => {
  await t.rejects(expectVersion(makeApp(t), '/'), { name: 'TypeError', message: /Pass the scope in which the gateway is registered/ })
})
