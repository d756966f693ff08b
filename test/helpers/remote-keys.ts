import type { Test } from 'tap'
import { keyFetchingDefaults } from '../../lib/config/normalize-identity.ts'
import { RemoteKeys } from '../../lib/verify-identity/keys/remote-keys.ts'
import type { RemoteKeysOptions } from '../../types/index.ts'
import { issuer } from './issuer.ts'
import { type Respond, startJwksServer } from './jwks-server.ts'

/** A log line. */
type Line = [level: string, values: Record<string, unknown>, message: string]

/** Starts a JWKS server and a client whose clock the test sets. */
export async function keysFrom (t: Test, first: Respond, options: RemoteKeysOptions = {}) {
  const server = await startJwksServer(t, first)
  const lines: Line[] = []
  const write = (level: string) => (values: unknown, text?: string) => { lines.push([level, values as Record<string, unknown>, text!]) }
  /** `shift` moves the system clock forward or back. */
  const clock = { now: 1_000_000_000, shift: 0 }
  const log = { info: write('info'), warn: write('warn'), error: write('error') }
  const keys = new RemoteKeys({ name: 'test-idp', issuer, jwks: { ...keyFetchingDefaults, url: `${server.url}?tenant=1`, ...options } }, {
    log, now: () => clock.now, today: () => clock.now + clock.shift
  })
  t.teardown(async () => await keys.close())
  return { keys, server, lines, clock, known: async (kid = 'known') => await keys.find({ alg: 'RS256', kid }) }
}

/** A logger that drops everything. */
export const quiet = { info () {}, warn () {}, error () {} }

/** Fetches keys from a URL several times. @returns the status of the keys afterwards */
export async function statusAfterFetches (t: Test, fetches: number, url: string, options: RemoteKeysOptions = {}) {
  const keys = new RemoteKeys({ name: 'idp', issuer: 'https://idp.test', jwks: { ...keyFetchingDefaults, url, ...options } }, { log: quiet })
  t.teardown(async () => await keys.close())
  for (let fetch = 0; fetch < fetches; fetch++) await keys.refresh()
  return keys.status()
}
