import type { CaseRequest } from './send.ts'
import type { NamedEvent, Setting, Started } from './start.ts'
import type { VersionDecision } from '../../../types/index.ts'

/** The expected outcome of a request, live and explained. */
export interface Expected {
  /** Default: it is forwarded. */
  refused?: [status: number, code: string]
  /** Members of the decision. */
  decision?: Partial<VersionDecision>
  /** Headers of the response. `undefined` means that the header is absent. */
  headers?: Record<string, string | undefined>
  /** Members of the problem, or of the request that the upstream received. */
  body?: object
  /** Events that the live request causes. */
  events?: NamedEvent[]
}

export interface WorkedCase extends CaseRequest, Expected {
  title: string
  setting?: Setting
  /** Runs before the request. */
  before?: (started: Started) => Promise<void>
  /** Headers that depend on the response of the upstream, so an explanation cannot contain them. */
  unexplained?: string[]
}

export const versionHeader = (version: string): string[] => [`api-version: ${version}`]
export const noStore = { 'cache-control': 'no-store', vary: 'api-version', 'api-version': undefined }
export const nothingElse = { 'api-version-requested': undefined, deprecation: undefined, sunset: undefined, link: undefined, 'cache-control': undefined }

const known = { source: 'header:api-version', supported: ['v2', 'v3'] }
export const unknown = { refused: [400, 'VERSION_UNKNOWN'] as [number, string], headers: noStore, body: known }
export const malformed = {
  refused: [400, 'VERSION_MALFORMED'] as [number, string], headers: noStore, body: { source: 'header:api-version', requested: undefined }
}
export const byHeader = (id: string) => ({ decision: { id, tier: 'override' as const, source: 'header:api-version' } })
export const byDefault = { decision: { id: 'v3', tier: 'default' as const, source: 'default' } }
