import type { RequestListener } from 'node:http'
import t from 'tap'
import { fromHeader, fromTenantMap } from '../../../lib/index.ts'
import type { ResolveOptions } from '../../../types/index.ts'
import { sendRequest } from '../../helpers/worked-cases/send.ts'
import { type Setting, startCase } from '../../helpers/worked-cases/start.ts'

const header = [fromHeader('api-version')]
const caching = (headers: Record<string, string>): Setting['upstreams'] => {
  const respond: RequestListener = (_request, response) => { response.writeHead(200, headers).end('{}') }
  return { v3: respond }
}
const isKnown = { resolvers: header, allow: () => true }

for (const [title, resolve, vary] of [
  ['no resolver reads the caller', { override: header }, 'api-version'],
  ['override.allow may look at the caller', { override: isKnown }, 'authorization, api-version'],
  ['the default is a function', { override: header, default: () => 'v3' }, 'authorization, api-version'],
  ['it is always named', { override: header, varyAuthorization: 'always' }, 'api-version, authorization'],
  ['it is never named', { override: isKnown, varyAuthorization: 'never' }, 'api-version'],
  ['functions read other headers', { override: header, readsHeaders: ['X-Canary', 'api-version'], default: () => 'v3' }, 'authorization, X-Canary, api-version'],
  [
    'a tenant map has its key from a header',
    { override: header, pin: [fromTenantMap({ key: ({ headers }) => String(headers['x-key']), readsHeaders: ['x-key'], get: () => undefined })] },
    'authorization, api-version, x-key'
  ]
] as Array<[string, ResolveOptions, string]>) {
  t.test(`if ${title}, a cacheable response has Vary: ${vary}`, async (t) => {
    const { origin } = await startCase(t, { resolve: { pin: [], ...resolve }, upstreams: caching({ 'cache-control': 'public' })! })

    const { headers } = await sendRequest(t, origin, {})

    t.strictSame(names(headers['vary']), names(vary))
  })
}

const names = (vary = ''): string[] => vary.toLowerCase().split(', ').sort()

for (const field of ['cdn-cache-control', 'surrogate-control'] as const) {
  t.test(`${field} makes a response cacheable regardless of Cache-Control`, async (t) => {
    const { origin } = await startCase(t, { upstreams: caching({ [field]: 'max-age=60', 'cache-control': 'private' })! })

    const { headers } = await sendRequest(t, origin, {})

    t.match(headers['vary'], /authorization/)
  })
}

t.test('a response with Last-Modified is cacheable', async (t) => {
  const { origin } = await startCase(t, { upstreams: caching({ 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })! })

  const { headers } = await sendRequest(t, origin, {})

  t.match(headers['vary'], /authorization/)
})
