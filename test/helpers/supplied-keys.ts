import type { Test } from 'tap'
import { keyLookupDefaults } from '../../lib/config/normalize-identity.ts'
import { SuppliedKeys } from '../../lib/verify-identity/keys/supplied-keys.ts'
import type { IdentityProvider, SuppliedJwks, SuppliedKey, WantedKey } from '../../types/index.ts'
import { issuer } from './issuer.ts'

/** Finds a key. */
export type Find = (wanted: WantedKey, signal: AbortSignal) => SuppliedKey | Promise<SuppliedKey>

/** Makes keys that a function looks up, with a manual clock. */
export function suppliedKeys (
  t: Test, first: Find, options: Partial<Omit<SuppliedJwks, 'getKey'>> = {}, issuers: IdentityProvider['issuer'] = issuer
) {
  const calls: WantedKey[] = []
  const lines: Array<[level: string, about: Record<string, unknown>]> = []
  const write = (level: string) => (about: unknown) => { lines.push([level, about as Record<string, unknown>]) }
  const clock = { now: 1_000_000 }
  let find = first
  const getKey: Find = (wanted, signal) => {
    calls.push(wanted)
    return find(wanted, signal)
  }
  const user = { name: 'test-idp', issuer: issuers, jwks: { ...keyLookupDefaults, ...options, getKey } }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  const keys = new SuppliedKeys(user, { log, now: () => clock.now, today: () => clock.now })
  t.teardown(async () => await keys.close())
  return {
    keys,
    calls,
    lines,
    clock,
    /** Replaces the lookup function. */
    finds (next: Find): void { find = next },
    known: async (kid = 'known', of = issuer) => await keys.find({ alg: 'RS256', kid }, of)
  }
}

/** A lookup that fails as if its source was down. */
export async function isDown (): Promise<never> {
  throw new Error('the source is down')
}
