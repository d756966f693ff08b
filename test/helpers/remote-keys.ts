import type { Test } from 'tap'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { RemoteKeys } from '../../lib/verify-identity/keys/remote-keys.ts'
import type { RemoteKeysOptions } from '../../types/index.ts'
import { issuer } from './issuer.ts'
import { type Answer, startJwksServer } from './jwks-server.ts'

/** What a log was given: what it is about, and the words. */
type Line = [level: string, about: Record<string, unknown>, words: string]

/** Keys that come from a server, and a clock that stands still until it is set. */
export async function keysFrom (t: Test, first: Answer, options: RemoteKeysOptions = {}) {
  const server = await startJwksServer(t, first)
  const lines: Line[] = []
  const write = (level: string) => (about: unknown, words?: string) => { lines.push([level, about as Record<string, unknown>, words!]) }
  /** `shift` is how far the time of day was set, on or back. */
  const clock = { now: 1_000_000_000, shift: 0 }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  const keys = new RemoteKeys({ name: 'test-idp', issuer, jwks: { ...keyFetchingDefaults, url: `${server.url}?tenant=1`, ...options } }, {
    log, now: () => clock.now, today: () => clock.now + clock.shift
  })
  t.teardown(async () => await keys.close())
  return { keys, server, lines, clock, known: async (kid = 'known') => await keys.find({ alg: 'RS256', kid }) }
}
