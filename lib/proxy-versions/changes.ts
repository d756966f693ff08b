import type { RouteTarget } from '../../types/index.ts'
import { normalizeEdits, type ResolvedUpstream } from '../config/normalize-upstream.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import type { Match } from '../routes/route-table.ts'
import { joinEdits } from './header-edits.ts'

/** How requests are changed on their way to a version: by its upstream's options and by a rule. */
export interface Changes extends Pick<ResolvedUpstream, 'host' | 'headers'> {
  /** The part of the path behind the mount's prefix that `base` replaces, too. */
  readonly replaced: string
  /** Replaces the mount's prefix and `replaced`. It has no trailing slash. */
  readonly base: string
  /** Whether `base` is the whole path. */
  readonly isWholePath: boolean
}

/** Combines the options of a version's upstream with the rule that a request matches. */
export function changesOf ({ id, upstream }: RegisteredVersion, match: Match | null): Changes {
  const base = withoutEnd(upstream.rewritePrefix)
  const { host, headers } = upstream
  if (match === null) return { replaced: '', base, isWholePath: false, host, headers }
  const { rewrite = {}, headers: edits = {}, to, cors } = match.rule.config
  const target = typeof to === 'object' ? to.find(({ version }: RouteTarget) => version === id) : undefined
  return {
    ...changedPath(base, match),
    host: rewrite.host ?? host,
    headers: {
      request: joinEdits([normalizeEdits(edits.request), normalizeEdits(target?.headers?.request), headers.request]),
      response: joinEdits([
        ...cors === undefined ? [] : [normalizeEdits({ remove: ['access-control-*'] })],
        normalizeEdits(edits.response),
        normalizeEdits(target?.headers?.response),
        headers.response
      ])
    }
  }
}

function changedPath (base: string, { prefix, rule }: Match): Pick<Changes, 'replaced' | 'base' | 'isWholePath'> {
  const path = rule.config.rewrite?.path
  if (path === undefined) return { replaced: '', base, isWholePath: false }
  if ('full' in path) return { replaced: '', base: base + path.full, isWholePath: true }
  return { replaced: prefix!, base: base + withoutEnd(path.prefix), isWholePath: false }
}

function withoutEnd (path: string): string {
  return path.replace(/\/$/, '')
}
