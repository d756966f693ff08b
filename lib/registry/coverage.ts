import type { CoverageConfig } from '../../types/index.ts'
import { normalPath } from '../routes/normal-path.ts'
import type { RegisteredVersion } from './registered-version.ts'

/** A part of the API that only some versions have. */
interface Part {
  readonly path: string
  readonly versions: ReadonlySet<RegisteredVersion>
  readonly fallsBack: boolean
}

/** The parts of the API that only some versions have. */
export class Coverage {
  /** Longer paths first. */
  readonly #parts: readonly Part[]
  /** In the order of the config. */
  readonly #versions: readonly RegisteredVersion[]

  constructor (configs: readonly CoverageConfig[], versions: readonly RegisteredVersion[], find: (name: string) => RegisteredVersion) {
    this.#versions = versions
    this.#parts = configs
      .map(({ path, versions, fallback = 'reject' }) => ({
        path: (normalPath(path) ?? path).replace(/\/$/, ''), versions: new Set(versions.map(find)), fallsBack: fallback === 'floor'
      }))
      .sort((one, other) => other.path.length - one.path.length)
  }

  /**
   * Returns the version that serves a path: the given one if it has the part, or the closest earlier one that has it.
   *
   * @param path as received, after the gateway's prefix
   * @returns `null` if the path is not covered
   */
  cover (version: RegisteredVersion, path: string, now: number): RegisteredVersion | null {
    const normal = normalPath(path)
    // An upstream may read such a path as one of any part.
    if (normal === null) return this.#parts.every(({ versions }) => versions.has(version)) ? version : null
    const part = this.#parts.find((each) => isWithin(normal, each.path))
    if (part === undefined || part.versions.has(version)) return version
    if (!part.fallsBack) return null
    const earlier = this.#versions.slice(0, this.#versions.indexOf(version))
    return earlier.findLast((each) => part.versions.has(each) && each.disabled === null && each.isVisibleAt(now)) ?? null
  }
}

function isWithin (path: string, part: string): boolean {
  return path.startsWith(part) && (path.length === part.length || path[part.length] === '/')
}
