import t from 'tap'
import { corsHeaders, fromHeader, fromQuery } from '../lib/index.ts'
import type { CorsHeadersOptions, VersionResolver } from '../types/index.ts'
import { configError } from './helpers/problems.ts'

const responseHeaders = ['deprecation', 'sunset', 'link', 'retry-after', 'x-version-reason', 'www-authenticate']
const reading = (...readsHeaders: string[]): VersionResolver => ({ name: 'own', readsHeaders, resolve: () => undefined })

t.test('without options, pages can send a token and a body, and read the headers of the gateway', async (t) => {
  const headers = corsHeaders()

  t.strictSame(headers, {
    allowedHeaders: ['authorization', 'content-type'], exposedHeaders: ['api-version', 'api-version-requested', ...responseHeaders]
  })
})

for (const [title, override] of [
  ['a list of resolvers', [fromHeader('X-Version-Override'), fromQuery('v')]],
  ['resolvers with their rules', { resolvers: [fromHeader('X-Version-Override'), fromQuery('v')], conflict: 'first' }]
] as const) {
  t.test(`pages can set the headers that ${title} read`, async (t) => {
    const { allowedHeaders } = corsHeaders({ override })

    t.strictSame(allowedHeaders, ['authorization', 'content-type', 'x-version-override'])
  })
}

t.test('names that pages cannot set, or can always set, are omitted', async (t) => {
  const override = [reading('Host', 'Cookie', 'Accept', 'Accept-Language', 'Origin', 'Sec-WebSocket-Protocol', 'Proxy-Version', 'Range', 'X-Own')]

  const { allowedHeaders } = corsHeaders({ override })

  t.strictSame(allowedHeaders, ['authorization', 'content-type', 'x-own'])
})

t.test('custom names are added once, in lower case', async (t) => {
  const { allowedHeaders, exposedHeaders } = corsHeaders({
    override: [reading('X-Tenant', 'Content-Type')], versionHeader: 'X-Served', allowed: ['x-tenant', 'If-Match'], exposed: ['ETag', 'link']
  })

  t.strictSame(allowedHeaders, ['authorization', 'content-type', 'x-tenant', 'if-match'])
  t.strictSame(exposedHeaders, ['x-served', 'x-served-requested', ...responseHeaders, 'etag'])
})

for (const [title, options, paths] of [
  ['a resolver that is none', { override: ['x-version'] }, ['override[0]']],
  ['an override that is no list', { override: 'x-version' }, ['override']],
  ['no override at all', { override: null }, ['override']],
  ['resolvers that are no list', { override: { resolvers: 5 } }, ['override']],
  ['names that are none', { versionHeader: 'a b', allowed: ['*'], exposed: 'etag' }, ['versionHeader', 'allowed[0]', 'exposed']],
  ['an unknown option', { expose: [] }, ['expose']],
  ['no options', null, ['options']]
] as const) {
  t.test(`refused: ${title}`, async (t) => {
    const error = configError(() => corsHeaders(options as unknown as CorsHeadersOptions))

    t.strictSame(error?.problems.map(({ path }) => path), paths)
  })
}
