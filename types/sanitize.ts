import type { ProblemOptions } from './errors.ts'

/** Options of `sanitizeHeaders`. */
export interface SanitizeHeadersOptions {
  /**
   * Headers that only the gateway may set, in addition to those of `claimsToHeaders`. A client's copy is removed in every
   * spelling (`X_Target.Version`). A trailing `*` matches any ending: `x-user-*`. Default none.
   */
  owned?: readonly string[]
  /** Format of refusals of this stage and all later ones. */
  problems?: ProblemOptions
}
