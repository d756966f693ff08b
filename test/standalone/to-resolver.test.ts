import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { toResolver } from '../../lib/standalone/to-resolver.ts'
import type { ResolverConfig } from '../../types/config-file.ts'
import { collected } from '../helpers/problems.ts'

interface Case {
  file: ResolverConfig
  name: string
  /** The part of the request that the resolver reads. */
  request: { headers?: Record<string, string>, hostname?: string, url?: string }
}

for (const { file, name, request } of [
  { file: { mediaType: { vendor: 'acme' } }, name: 'media-type:accept:vnd.acme', request: { headers: { accept: 'application/vnd.acme.v2+json' } } },
  { file: { host: { 'v2.acme.example': 'v2' } }, name: 'host', request: { hostname: 'v2.acme.example', headers: { host: 'v2.acme.example' } } },
  { file: { cookie: 'api-version' }, name: 'cookie:api-version', request: { headers: { cookie: 'api-version=v2' } } },
  { file: { subprotocol: 'api.' }, name: 'subprotocol', request: { headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'api.v2' } } }
] satisfies Case[]) {
  t.test(`a config file can select the version by ${Object.keys(file)[0]}`, async (t) => {
    let resolver: ReturnType<typeof toResolver> = null

    const problems = collected((found) => { resolver = toResolver(found, ['resolve'], file as ResolverConfig, {}) })

    t.strictSame(problems, [])
    t.match(resolver!, { name })
    const headers = Object.entries(request.headers ?? {})
    const opinion = resolver!.resolve({ url: '/', raw: { headers: request.headers, rawHeaders: headers.flat() }, ...request } as unknown as FastifyRequest)
    t.match(JSON.stringify(opinion), 'v2')
  })
}
