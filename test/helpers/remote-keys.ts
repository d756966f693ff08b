import type { Test } from 'tap'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { RemoteKeys } from '../../lib/verify-identity/keys/remote-keys.ts'
import type { RemoteKeysOptions } from '../../types/index.ts'
import { issuer } from './issuer.ts'
import { type Answer, startJwksServer } from './jwks-server.ts'

/** A log line. */
type Line = [level: string, values: Record<string, unknown>, message: string]

/** Starts a server of keys, and a client for it with a clock that the test sets. */
export async function keysFrom (t: Test, first: Answer, options: RemoteKeysOptions = {}) {
  const server = await startJwksServer(t, first)
  const lines: Line[] = []
  const write = (level: string) => (values: unknown, text?: string) => { lines.push([level, values as Record<string, unknown>, text!]) }
  /** `shift` sets the time of day forward or back. */
  const clock = { now: 1_000_000_000, shift: 0 }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  const keys = new RemoteKeys({ name: 'test-idp', issuer, jwks: { ...keyFetchingDefaults, url: `${server.url}?tenant=1`, ...options } }, {
    log, now: () => clock.now, today: () => clock.now + clock.shift
  })
  t.teardown(async () => await keys.close())
  return { keys, server, lines, clock, known: async (kid = 'known') => await keys.find({ alg: 'RS256', kid }) }
}

/** A log that drops everything. */
export const quiet = { info () {}, warn () {}, error () {} }

/** Fetches keys from a URL several times. @returns their status afterwards */
export async function statusAfterFetches (t: Test, fetches: number, url: string, options: RemoteKeysOptions = {}) {
  const keys = new RemoteKeys({ name: 'idp', issuer: 'https://idp.test', jwks: { ...keyFetchingDefaults, url, ...options } }, { log: quiet })
  t.teardown(async () => await keys.close())
  for (let fetch = 0; fetch < fetches; fetch++) await keys.refresh()
  return keys.status()
}
