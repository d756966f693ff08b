import t from 'tap'
import * as admin from '../lib/admin/index.ts'
import * as library from '../lib/index.ts'
import * as limits from '../lib/limits/index.ts'
import * as observe from '../lib/observe/index.ts'
import * as standalone from '../lib/standalone/index.ts'
import * as testing from '../lib/testing/index.ts'

t.test('the main entry point exports the public API', async (t) => {
  t.strictSame(Object.keys(library).sort(), [
    'clientErrorHandler', 'corsHeaders', 'default', 'defineVersions', 'externalChecks', 'fromClaim', 'fromCookie', 'fromFastifyJwt', 'fromHeader',
    'fromHost', 'fromMediaType', 'fromPath', 'fromQuery', 'fromSubprotocol', 'fromTenantMap', 'httpProxyOptions', 'isGatewayError', 'matchRoute', 'proxyVersions',
    'resolveVersion', 'sanitizeHeaders', 'verifyIdentity', 'versionDiscovery'
  ])
  t.strictSame(Object.keys(observe).sort(), ['accessLog', 'gatewayHealth', 'observeVersions', 'requestIds', 'traceVersions'])
  t.strictSame(Object.keys(limits).sort(), ['rateLimits', 'redisStore'])
  t.strictSame(Object.keys(admin), ['versionAdmin'])
  t.strictSame(Object.keys(standalone), ['runGateway'])
  t.strictSame(Object.keys(testing).sort(), ['expectVersion', 'makeClock', 'makeIssuer', 'startIssuer', 'startUpstream'])
})
