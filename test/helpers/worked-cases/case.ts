import type { Said } from './say.ts'
import type { Noted, Setting, Started } from './start.ts'
import type { VersionDecision } from '../../../types/index.ts'

/** What must come of a request, live and explained. */
export interface Expected {
  /** Default: it is forwarded. */
  refused?: [status: number, code: string]
  /** Members of the decision. */
  decision?: Partial<VersionDecision>
  /** Headers of the answer; `undefined`: it has none of that name. */
  headers?: Record<string, string | undefined>
  /** Members of the problem, or of what the upstream saw. */
  body?: object
  /** Events that the live request causes. */
  events?: Noted[]
}

export interface WorkedCase extends Said, Expected {
  title: string
  setting?: Setting
  /** What happened before. */
  before?: (started: Started) => Promise<void>
  /** Headers that the upstream has a part in, which nobody can explain before it answers. */
  unexplained?: string[]
}

export const says = (version: string): string[] => [`api-version: ${version}`]
export const noStore = { 'cache-control': 'no-store', vary: 'api-version', 'api-version': undefined }
export const nothingElse = { 'api-version-requested': undefined, deprecation: undefined, sunset: undefined, link: undefined, 'cache-control': undefined }

const known = { source: 'header:api-version', supported: ['v2', 'v3'] }
export const unknown = { refused: [400, 'VERSION_UNKNOWN'] as [number, string], headers: noStore, body: known }
export const malformed = {
  refused: [400, 'VERSION_MALFORMED'] as [number, string], headers: noStore, body: { source: 'header:api-version', requested: undefined }
}
export const byHeader = (id: string) => ({ decision: { id, tier: 'override' as const, source: 'header:api-version' } })
export const byDefault = { decision: { id: 'v3', tier: 'default' as const, source: 'default' } }
