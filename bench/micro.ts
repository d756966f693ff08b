import { measure } from 'mitata'
import { normalizeEdits, normalizeUpstream } from '../lib/config/normalize-upstream.ts'
import { fromClaim, fromHeader } from '../lib/index.ts'
import { requestHeaders } from '../lib/proxy-versions/request/request-headers.ts'
import { responseHeaders } from '../lib/proxy-versions/response/response-headers.ts'
import { RegisteredVersion } from '../lib/registry/registered-version.ts'
import { identifying, makeStages, providerFor, type Stages } from './stages.ts'
import { algorithms, makeTokens } from './tokens.ts'

/** The time of one stage, or of a part of it. */
export interface Micro {
  readonly name: string
  /** Nanoseconds. */
  readonly p50: number
  /** Nanoseconds. */
  readonly p99: number
}

const upstream = { targets: 'http://127.0.0.1:1' }
const version = new RegisteredVersion('v2', { upstream }, normalizeUpstream(upstream))

/** Measures each stage alone, in this process. @param folder where keys and tokens are written */
export async function measureStages (folder: string, onResult: (micro: Micro) => void): Promise<Micro[]> {
  const measured: Micro[] = []
  const tokens = await makeTokens(folder, 'RS256')
  for (const { name, run } of [...await stageCases(tokens), ...await identityCases(folder, tokens), ...await headerCases()]) {
    const { p50, p99 } = await measure(run)
    measured.push({ name, p50, p99 })
    onResult(measured.at(-1)!)
  }
  return measured
}

interface Case {
  readonly name: string
  run (): unknown
}

async function stageCases (tokens: string): Promise<Case[]> {
  const identity = { providers: [providerFor(tokens)] }
  const resolve = { override: [fromHeader('x-version-override')], pin: [fromClaim('version')] }
  const plain = await makeStages({ owned: ['x-target-version', 'x-user-*'] })
  const spoofing = await makeStages({ owned: ['x-target-version'], headers: { 'x-target-version': 'v2' } })
  const byHeader = await makeStages({ headers: { 'x-version-override': 'v2' }, identity, resolve })
  const byClaim = await makeStages({ identity, resolve })
  byClaim.request.identity = { provider: 'bench', claims: { sub: 'caller', version: 'v2' } }
  return [
    { name: 'sanitize: nothing to remove', run: stepOf(plain, 'sanitize') },
    { name: 'sanitize: a header to remove', run: stepOf(spoofing, 'sanitize') },
    { name: 'resolve: by header', run: stepOf(byHeader, 'resolve') },
    { name: 'resolve: by claim', run: stepOf(byClaim, 'resolve') },
    { name: 'resolve: by default', run: stepOf(plain, 'resolve') }
  ]
}

async function identityCases (folder: string, tokens: string): Promise<Case[]> {
  const anonymous = await makeStages({ identity: { providers: [providerFor(tokens)] } })
  const cases: Case[] = [
    { name: 'identity: no token', run: stepOf(anonymous, 'identify') },
    { name: 'identity: one known token', run: await identifying(tokens, {}, 1) },
    { name: 'identity: 5,000 known tokens in turn', run: await identifying(tokens, {}) }
  ]
  for (const algorithm of algorithms) {
    cases.push({ name: `identity: verify a token, ${algorithm}`, run: await identifying(await makeTokens(folder, algorithm), { cache: false }) })
  }
  return cases
}

async function headerCases (): Promise<Case[]> {
  const { request, reply, sanitize } = await makeStages({})
  await sanitize(request, reply)
  const toUpstream = requestHeaders(version.id, {
    versionHeader: 'api-version', edits: normalizeEdits(), host: 'target', prefixOf: () => '', trusted: new Set(), optionHeaders: null
  })
  const toClient = responseHeaders(version, {
    versionHeader: 'api-version', edits: normalizeEdits(), rewriteLocation: (location) => location, rewriteCookie: (cookie) => cookie, pinnedBy: ['authorization']
  })
  const rawResponseHeaders = ['content-type', 'application/json', 'date', 'Sat, 21 Nov 2026 00:00:00 GMT', 'content-length', '200', 'etag', '"x"', 'vary', 'accept-encoding']
    .map((part) => Buffer.from(part))
  return [
    { name: 'headers: to the upstream', run: () => toUpstream(request, request.raw) },
    { name: 'headers: to the client', run: () => toClient(rawResponseHeaders, reply) }
  ]
}

function stepOf ({ request, reply, restore, ...steps }: Stages, name: 'sanitize' | 'identify' | 'resolve'): () => unknown {
  const step = steps[name]
  return () => {
    restore()
    return step(request, reply)
  }
}
