import { createPublicKey } from 'node:crypto'
import type { PublicJwk, SuppliedJwks, WantedKey } from '../../../types/index.ts'
import { hasPem } from '../../identity/pem-to-jwks.ts'
import { show } from '../../problems/config-problems.ts'
import { tookTooLong } from '../../shared/with-timeout.ts'

/** Calls `getKey` of the app, with a limit of time. */
export class KeyLookup {
  timeoutMs = 0
  readonly #getKey: SuppliedJwks['getKey']
  /** Ends the calls in flight. */
  readonly #ends = new Set<(reason: Error) => void>()
  isClosed = false

  constructor (getKey: SuppliedJwks['getKey']) {
    this.#getKey = getKey
  }

  /** Returns a key; `null` if it does not exist. @throws what `getKey` throws, and when it takes too long */
  async get (wanted: WantedKey): Promise<PublicJwk | null> {
    const controller = new AbortController()
    const call = async (): Promise<unknown> => await this.#getKey(wanted, controller.signal)
    let end!: (reason: Error) => void
    // The function may ignore the signal.
    const ended = new Promise<never>((_resolve, reject) => { end = reject })
    const limit = setTimeout(end, this.timeoutMs, tookTooLong('getKey', this.timeoutMs))
    this.#ends.add(end)
    try {
      return jwkOf(await Promise.race([call(), ended]))
    } catch (error) {
      controller.abort(error)
      // The code of get-jwks.
      if ((error as { code?: unknown } | null | undefined)?.code === 'JWK_NOT_FOUND') return null
      throw error instanceof Error ? error : new Error('getKey threw a value that is not an error', { cause: error })
    } finally {
      clearTimeout(limit)
      this.#ends.delete(end)
    }
  }

  close (): void {
    this.isClosed = true
    for (const end of this.#ends) end(new Error('the app is closing'))
  }
}

/** @throws for a value that is not a public key */
function jwkOf (key: unknown): PublicJwk | null {
  if (key === null || key === undefined) return null
  if (hasPem(key)) {
    // A public key can be derived from a private one, but then the app has given away too much.
    if (key.includes('PRIVATE KEY')) throw new Error('getKey returned a private key. Return only the public half, and replace the key.')
    return createPublicKey(key).export({ format: 'jwk' })
  }
  if (typeof key !== 'object' || Array.isArray(key)) throw new TypeError(`getKey must return a JSON Web Key, PEM or null, not ${typeof key === 'string' ? 'other text' : show(key)}`)
  return key as PublicJwk
}
