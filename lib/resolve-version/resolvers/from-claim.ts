import type { ClaimPath, VersionResolver } from '../../../types/index.ts'
import { claimNames, readWrittenClaim } from '../../identity/claim-path.ts'
import { builtIn } from '../../stage/built-in.ts'

/**
 * Reads the version from a claim of the caller's verified token. An absent, empty or `null` claim is no opinion. A claim
 * that cannot name a version is the operator's mistake: 503 `PINNED_VERSION_INVALID`.
 *
 * @param path `userMetadata.version`, or `['https://acme.io/version']` for a name with dots
 *
 * @example
 * fromClaim('userMetadata.version')
 * fromClaim(['https://acme.io/version'])
 */
export function fromClaim (path: ClaimPath): VersionResolver {
  const names = claimNames(path)
  return builtIn({ reads: 'claim', argument: path, claim: names }, {
    name: `claim:${names.join('.')}`,
    resolve ({ identity }) {
      const version = identity === null ? undefined : readWrittenClaim(identity.claims, names)
      return version === undefined || version === null || version === '' ? undefined : { version }
    }
  })
}
