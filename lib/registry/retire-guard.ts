import type { RetireGuard } from '../../types/index.ts'
import { VersionInUse } from '../errors.ts'
import { dayMs } from './registered-version.ts'
import type { Usage } from './usage.ts'

/** @throws `VERSION_IN_USE` with the callers that still use a version */
export function assertUnused (version: string, usage: Usage, { idleDays, allowTiers }: Required<RetireGuard>, now: number): void {
  const consumers = usage.seenSince(version, now - idleDays * dayMs, allowTiers)
  if (consumers.length > 0) throw Object.assign(new VersionInUse(version, consumers.length), { consumers })
}
