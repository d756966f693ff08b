// The responses of the admin API, as far as the page uses them. Times are ISO 8601 strings.

export interface State {
  now: string
  revision: number
  defaultId: string | null
  aliases: Record<string, string>
  precedence: { override: string[], weak: string[], pin: string[], default: string } | null
  versions: Version[]
}

export interface Version {
  id: string
  state: 'preview' | 'active' | 'deprecated' | 'retired'
  disabled: { reason?: string } | null
  hidden: boolean
  releasedAt: string | null
  deprecatedAt: string | null
  sunsetAt: string | null
  successor: string | null
  brownouts: Array<{ start: string, end: string }>
  healthy: boolean | null
  targets: Array<{ address: string, healthy: boolean, pending: number }>
}

export interface Traffic {
  sliceMs: number
  versions: VersionTraffic[]
}

export interface VersionTraffic {
  version: string | null
  requests: number[]
  failed: number[]
  refused: number[]
  p50: number | null
  p95: number | null
}

export interface Usage {
  version: string
  callers: number
  usage: Array<{ consumer: string | null, count: number, lastSeen: string, tier: string }>
}

export interface Request {
  at: string
  id: string
  method: string
  path: string
  status: number
  durationMs: number
  version: string | null
  tier: string | null
  source: string | null
  requested: string | null
  outcome: string
  cause: string | null
}

export interface Change {
  at: string
  actor: string
  action: string
  subject: string | null
  reason: string
  revision: number | null
}

export interface Explanation {
  outcome: 'forwarded' | 'refused' | 'decided'
  decision: { id: string, tier: string, source: string } | null
  status: number | null
  problem: { code: string } | null
  headers: Record<string, string>
  trace: string[]
}
