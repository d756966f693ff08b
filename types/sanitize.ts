import type { ProblemOptions } from './errors.ts'

/** Options of `sanitizeHeaders`. */
export interface SanitizeHeadersOptions {
  /**
   * Headers that only the gateway may set, besides those that claims are projected into. A client's copy
   * is removed in every spelling (`X_Target.Version`). A trailing `*` stands for any ending: `x-user-*`.
   * Default none.
   */
  owned?: readonly string[]
  /** How the refusals of this stage and all later ones look. */
  problems?: ProblemOptions
}
