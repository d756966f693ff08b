import { isDeepStrictEqual } from 'node:util'
import type { RegistryOptions, VersionSet } from '../../types/index.ts'
import { Problems } from '../config/problems.ts'
import { frozenCopy } from './frozen-copy.ts'
import { type Content, effectiveSet, Revision } from './revision.ts'

/** How many earlier contents are kept. */
const longestHistory = 10

/** Adds what somebody has against a set of versions. */
export type Check = (problems: Problems, set: VersionSet) => void

/** The revision in force, and the way to the next: checked before, swapped at once. */
export class Revisions {
  current: Revision
  readonly #options: RegistryOptions
  readonly #checks: Set<Check>
  readonly #listeners = new Set<(next: Revision) => void>()
  readonly #history: Content[] = []

  /** @param set has passed the check */
  constructor (set: VersionSet, options: RegistryOptions, check: Check) {
    this.#options = options
    this.#checks = new Set([check])
    this.current = new Revision(1, { set: frozenCopy(set), switchedOff: new Map() }, options, null)
  }

  /** Has somebody check every content that is to come. @returns ends that */
  addCheck (check: Check): () => void {
    this.#checks.add(check)
    return () => { this.#checks.delete(check) }
  }

  /** Has somebody told of every revision that comes next, before any request is decided against it. @returns ends that */
  onSwap (listener: (next: Revision) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** Puts a content in force. @throws `VERSION_CONFIG_INVALID` with every problem; all stays as it was then */
  swap (content: Content): void {
    const before = this.current
    const problems = new Problems()
    // What is checked is what is used: the app's own object may say something else the next time.
    const copy = frozenCopy(content)
    const set = effectiveSet(copy)
    for (const check of this.#checks) check(problems, set)
    problems.throwIfAny('the versions')
    const next = new Revision(before.number + 1, copy, this.#options, before)
    for (const listener of this.#listeners) listener(next)
    this.current = next
    this.#history.push(before.content)
    if (this.#history.length > longestHistory) this.#history.shift()
  }

  /**
   * Goes on where others have ended: the numbers go on, and what was in force there can be gone back to.
   *
   * @throws `VERSION_CONFIG_INVALID`; all stays as it was then
   */
  goOn (others: Revisions, content: Content): void {
    const [before, isSame] = [others.current, isDeepStrictEqual(content.set, others.current.content.set)]
    const own = this.current
    this.current = new Revision(before.number, own.content, this.#options, own)
    try {
      this.swap(content)
    } catch (error) {
      this.current = own
      throw error
    }
    this.#history.splice(0, Infinity, ...others.#history, ...isSame ? [] : [before.content])
    if (this.#history.length > longestHistory) this.#history.shift()
  }

  /** Goes back. The next time it goes back from there. @throws `VERSION_CONFIG_INVALID` */
  rollback (steps: number): void {
    const place = this.#history.length - steps
    const earlier = this.#history[place]
    if (steps < 1 || earlier === undefined) throwProblem('steps', `there are ${this.#history.length} earlier sets to go back to.`)
    const before = this.#history.slice(0, place)
    this.swap(earlier)
    this.#history.splice(0, Infinity, ...before)
  }
}

/** @throws `VERSION_CONFIG_INVALID` for an argument */
export function throwProblem (argument: string, message: string): never {
  const problems = new Problems()
  problems.add([argument], message)
  problems.throwIfAny('the call')
  throw new TypeError(message)
}
