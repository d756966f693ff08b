import type { MirrorOptions } from '../../../types/index.ts'
import { normalizeMirror, type ResolvedMirror } from '../../config/normalize-mirrors.ts'
import { parsePointer, type Pointer } from './pointers.ts'

/** A mirror of the config, and its copies in flight. */
export class Mirror {
  /** That of the rule for a mirror of a rule. */
  readonly name: string
  readonly options: ResolvedMirror
  readonly ignored: readonly Pointer[]
  /** Copies in flight. */
  inFlight = 0

  constructor (name: string, options: MirrorOptions) {
    this.name = name
    this.options = normalizeMirror(options)
    this.ignored = (this.options.compare?.ignore ?? []).map(parsePointer)
  }

  /**
   * Draws whether to copy a request.
   *
   * @param length of the body in bytes, as far as it is known
   */
  draws (method: string, length: number, random: () => number): boolean {
    const { methods, maxBodyBytes, percent } = this.options
    return methods.includes(method) && length <= maxBodyBytes && random() * 100 < percent
  }

  /** Number of copies of one request. */
  get copies (): number {
    return this.options.compare?.control === true ? 2 : 1
  }

  /** Begins the copies of one request, unless the limit is reached. @returns whether it did */
  begin (): boolean {
    const isAllowed = this.inFlight + this.copies <= this.options.maxInFlight
    if (isAllowed) this.inFlight += this.copies
    return isAllowed
  }

  end (): void {
    this.inFlight -= this.copies
  }
}
