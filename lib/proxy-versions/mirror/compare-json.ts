import type { ShadowDifference } from '../../../types/index.ts'
import { isObject } from '../../shared/is-object.ts'
import { IgnoredPlaces, type Pointer, showPointer } from './pointers.ts'

/** Maximum number of differences that one comparison finds, including ignored noise. */
const maxDifferences = 1_000
/** Deeper members are not compared, so that no response can overflow the stack. */
const maxDepth = 100

type Container = Readonly<Record<string, unknown>>

/** Finds the places at which two JSON values differ. Arrays are compared by index. */
export function compareJson (one: unknown, other: unknown, ignored: readonly Pointer[]): ShadowDifference[] {
  const comparison = new JsonComparison()
  comparison.compare(one, other, [], new IgnoredPlaces(ignored))
  return comparison.differences
}

class JsonComparison {
  readonly differences: ShadowDifference[] = []

  compare (one: unknown, other: unknown, place: Pointer, ignored: IgnoredPlaces): void {
    if (one === other || ignored.isWhole || place.length > maxDepth) return
    if (typeOf(one) !== typeOf(other)) this.#add(place, 'type')
    else if (isContainer(one) && isContainer(other)) this.#compareMembers(one, other, place, ignored)
    else this.#add(place, 'value')
  }

  #compareMembers (one: Container, other: Container, place: Pointer, ignored: IgnoredPlaces): void {
    for (const name of Object.keys(one)) {
      if (this.#isFull) return
      const [inner, below] = [[...place, name], ignored.below(name)]
      if (Object.hasOwn(other, name)) this.compare(one[name], other[name], inner, below)
      else if (!below.isWhole) this.#add(inner, 'missing')
    }
    for (const name of Object.keys(other)) {
      if (this.#isFull) return
      if (!Object.hasOwn(one, name) && !ignored.below(name).isWhole) this.#add([...place, name], 'added')
    }
  }

  get #isFull (): boolean {
    return this.differences.length >= maxDifferences
  }

  #add (place: Pointer, kind: ShadowDifference['kind']): void {
    this.differences.push({ at: place.length === 0 ? 'body' : showPointer(place), kind })
  }
}

function isContainer (value: unknown): value is Container {
  return isObject(value) || Array.isArray(value)
}

function typeOf (value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}
