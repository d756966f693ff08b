import t from 'tap'
import * as library from '../lib/index.ts'

t.test('the public face', async (t) => {
  t.strictSame(Object.keys(library).sort(), [
    'accessLog', 'clientErrorHandler', 'corsHeaders', 'default', 'defineVersions', 'fromClaim', 'fromCookie', 'fromHeader', 'fromHost',
    'fromMediaType', 'fromPath', 'fromQuery', 'fromSubprotocol', 'fromTenantMap', 'gatewayHealth', 'isGatewayError', 'observeVersions', 'proxyVersions', 'requestIds', 'resolveVersion',
    'sanitizeHeaders', 'traceVersions', 'verifyIdentity', 'versionAdmin', 'versionDiscovery'
  ])
})
