import { createServer } from 'node:http'
import Fastify from 'fastify'
import type { ExplainedRequest, Explanation, IdentityProvider } from '../../../types/index.ts'
import { tokenSourceDefaults } from '../../config/normalize-identity.ts'
import { extendScope } from '../../stage/context.ts'
import { assemble } from '../build-app.ts'
import { loadConfig } from '../load-config.ts'
import { statedClaims } from './stated-claims.ts'

export interface ExplainOptions {
  readonly url?: string
  readonly method?: string
  /** `name: value` */
  readonly header: readonly string[]
  /** `name=value`; a value that is valid JSON is parsed. */
  readonly claim: readonly string[]
  readonly provider?: string
  readonly tenant?: string
  /** A time in ISO 8601. Default: now. */
  readonly at?: string
}

/** Explains what a gateway would do with a request. @throws TypeError for an invalid option */
export async function explain (file: string, options: ExplainOptions): Promise<Explanation> {
  const config = await loadConfig(file)
  const request = requestOf(options)
  const app = Fastify()
  try {
    extendScope(app, { fetchesKeys: (provider) => mayHaveToken(request, provider) })
    // The admin server is never used.
    await assemble(app, config, { isDraining: () => false, adminServer: createServer() })
    return await app.versions.explain(request)
  } finally {
    await app.close()
  }
}

/** Formats an explanation as text. */
export function formatExplanation ({ outcome, decision, status, problem, headers, trace }: Explanation): string {
  const result = decision === null || status !== null ? `${outcome}${status === null ? '' : `: ${status}`} ${problem?.code ?? ''}`.trim() : `${outcome}: ${decision.id}`
  return [
    ...trace.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`),
    '',
    result,
    ...decision === null ? [] : [`  chosen by ${decision.tier}: ${decision.source} (${decision.state})`],
    ...problem === null ? [] : [`  ${problem.detail}`],
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)
  ].join('\n')
}

function requestOf ({ url, method, header, claim, provider, tenant, at }: ExplainOptions): ExplainedRequest {
  const now = at === undefined ? undefined : Date.parse(at)
  if (Number.isNaN(now)) throw new TypeError(`--at: '${at}' is not a time. Use ISO 8601, for example 2026-12-31 or 2026-12-31T12:00:00Z.`)
  const headers: Record<string, string[]> = {}
  for (const line of header) {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? refuse(`--header: '${line}' is not 'name: value'.`)
    ;(headers[name!.toLowerCase()] ??= []).push(value!)
  }
  return {
    headers,
    ...url !== undefined && { url },
    ...method !== undefined && { method },
    ...claim.length > 0 && { claims: statedClaims(claim) },
    ...provider !== undefined && { provider },
    ...tenant !== undefined && { tenant },
    ...now !== undefined && { now }
  }
}

function refuse (message: string): never {
  throw new TypeError(message)
}

/** Whether a request may have a token of a provider to verify. */
function mayHaveToken ({ claims, headers = {}, url = '' }: ExplainedRequest, { tokenSources = tokenSourceDefaults }: IdentityProvider): boolean {
  if (claims !== undefined) return false
  return tokenSources.some((source) => {
    if ('query' in source) return url.includes('?')
    return Object.hasOwn(headers, 'header' in source ? source.header.toLowerCase() : 'cookie')
  })
}
