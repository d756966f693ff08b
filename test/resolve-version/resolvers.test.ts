import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { fromClaim, fromHeader, fromPath, fromQuery } from '../../lib/index.ts'
import type { Claims } from '../../types/index.ts'
import { fakeRequest } from '../helpers/fake-request.ts'

const withHeaders = (...rawHeaders: string[]) => fakeRequest({ rawHeaders })
const withClaims = (claims: Claims | null) =>
  ({ identity: claims === null ? null : { provider: 'p', claims } }) as unknown as FastifyRequest

t.test('fromHeader reads all lines of its header, ignoring case', async (t) => {
  const resolver = fromHeader('X-Version')

  t.match(resolver, { name: 'header:x-version', readsHeaders: ['x-version'] })
  t.equal(resolver.resolve(withHeaders('Host', 'a')), undefined)
  t.equal(resolver.resolve(withHeaders('x-VERSION', 'v2')), 'v2')
  t.equal(resolver.resolve(withHeaders('X-Version', 'v2', 'x-version', 'v3')), 'v2,v3')
  t.equal(resolver.resolve(withHeaders('X-Version', '')), '')
})

t.test('fromClaim reads a claim of a verified token', async (t) => {
  const nested = fromClaim('userMetadata.version')
  const literal = fromClaim(['https://acme.io/version'])

  t.equal(nested.name, 'claim:userMetadata.version')
  t.equal(literal.name, 'claim:https://acme.io/version')
  t.strictSame(nested.resolve(withClaims({ userMetadata: { version: 'v2' } })), { version: 'v2' })
  t.strictSame(literal.resolve(withClaims({ 'https://acme.io/version': 3 })), { version: 3 })
  for (const claims of [null, {}, { userMetadata: null }, { userMetadata: { version: null } }, { userMetadata: { version: '' } }]) {
    t.equal(nested.resolve(withClaims(claims)), undefined)
  }
})

t.test('a request without a URL names no version', async (t) => {
  const request = { raw: {}, routeOptions: { url: '/*' } } as unknown as FastifyRequest

  t.equal(fromQuery('version').resolve(request), undefined)
  t.equal(fromPath().resolve(request), undefined)
})
