import t from 'tap'
import * as library from '../lib/index.ts'

t.test('the public face', async (t) => {
  t.strictSame(Object.keys(library).sort(), [
    'default', 'defineVersions', 'fromClaim', 'fromHeader', 'fromQuery', 'proxyVersions', 'resolveVersion', 'sanitizeHeaders',
    'verifyIdentity'
  ])
})
