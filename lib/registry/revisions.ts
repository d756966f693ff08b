import type { VersionSet } from '../../types/index.ts'
import { Problems } from '../problems/config-problems.ts'
import { frozenCopy } from '../shared/frozen-copy.ts'
import { isSameConfig } from '../shared/is-same-config.ts'
import { type Content, contentOf, effectiveSet } from './content.ts'
import { type Matching, Revision } from './revision.ts'

/** How many earlier sets `rollback()` can restore. */
const maxHistory = 10

/** Validates a set of versions and adds its problems. */
export type Check = (problems: Problems, set: VersionSet) => void

/** Holds the current revision and the history. A new set is validated before it is swapped in atomically. */
export class Revisions {
  current: Revision
  readonly #matching: Matching
  readonly #checks: Set<Check>
  readonly #listeners = new Set<(next: Revision) => void>()
  readonly #history: Content[] = []

  /** @param set must have passed the check */
  constructor (set: VersionSet, matching: Matching, check: Check) {
    this.#matching = matching
    this.#checks = new Set([check])
    this.current = new Revision(1, contentOf(frozenCopy(set)), matching, null)
  }

  /** Adds a check for every later set. @returns a function that removes it */
  addCheck (check: Check): () => void {
    this.#checks.add(check)
    return () => { this.#checks.delete(check) }
  }

  /** Calls a listener with each new revision, before any request is decided against it. @returns a function that removes it */
  onSwap (listener: (next: Revision) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** Makes a set the current one. @throws `VERSION_CONFIG_INVALID` with all problems; nothing changes then */
  swap (content: Content): void {
    const before = this.current
    const problems = new Problems()
    // Validate the copy that will be used: the app's own object may have other values when it is read again.
    const copy = frozenCopy(content)
    const set = effectiveSet(copy)
    for (const check of this.#checks) check(problems, set)
    problems.throwIfAny('the versions')
    const next = new Revision(before.number + 1, copy, this.#matching, before)
    for (const listener of this.#listeners) listener(next)
    this.current = next
    this.#history.push(before.content)
    if (this.#history.length > maxHistory) this.#history.shift()
  }

  /**
   * Continues the numbering and the history of another registry, so that its sets can be restored.
   *
   * @throws `VERSION_CONFIG_INVALID`, and changes nothing
   */
  continueFrom (others: Revisions, content: Content): void {
    const [before, isSame] = [others.current, isSameConfig(content.set, others.current.content.set)]
    const own = this.current
    this.current = new Revision(before.number, own.content, this.#matching, own)
    try {
      this.swap(content)
    } catch (error) {
      this.current = own
      throw error
    }
    this.#history.splice(0, Infinity, ...others.#history, ...isSame ? [] : [before.content])
    if (this.#history.length > maxHistory) this.#history.shift()
  }

  /** Restores an earlier set. The next rollback starts from that set. @throws `VERSION_CONFIG_INVALID` */
  rollback (steps: number): void {
    const place = this.#history.length - steps
    const earlier = this.#history[place]
    if (steps < 1 || earlier === undefined) throwProblem('steps', `there are ${this.#history.length} earlier sets to go back to.`)
    const before = this.#history.slice(0, place)
    this.swap(earlier)
    this.#history.splice(0, Infinity, ...before)
  }
}

/** Reports an invalid argument. @throws `VERSION_CONFIG_INVALID` */
export function throwProblem (argument: string, message: string): never {
  const problems = new Problems()
  problems.add([argument], message)
  problems.throwIfAny('the call')
  throw new TypeError(message)
}
