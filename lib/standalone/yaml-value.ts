import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import type { Path } from '../problems/config-problems.ts'
import type { YamlNodes, Problem } from './yaml-nodes.ts'

/** Maximum number of values that aliases and merge keys may add: a few of them can expand to billions. */
const maxRepeated = 1_000_000

/** The value of a document. Values of aliases are copies, because each may get its own type. */
export class YamlValue {
  readonly value: unknown
  /** Values that contain themselves, and too many values. */
  readonly problems: Problem[] = []
  /** Paths without a value, because of a problem. */
  readonly broken: Path[] = []
  readonly #nodes: YamlNodes
  readonly #onScalar: (node: Scalar, path: Path) => void
  /** The collections that contain the current node. */
  readonly #open = new Set<Node>()
  readonly #seen = new Set<Node>()
  #repeated = 0

  /** @param onScalar called for every scalar and every alias of one, with its path */
  constructor (root: Node | null, nodes: YamlNodes, onScalar: (node: Scalar, path: Path) => void) {
    this.#nodes = nodes
    this.#onScalar = onScalar
    this.value = this.#valueOf(root, [])
  }

  #valueOf (node: Node | null, path: Path): unknown {
    const target = this.#nodes.target(node)
    if (target === null) return null
    if (target === undefined) return this.#break(path)
    if (this.#seen.has(target) && ++this.#repeated > maxRepeated) {
      if (this.#repeated === maxRepeated + 1) this.#add(node!, `the aliases in the file stand for more than ${maxRepeated} values. Use fewer.`)
      return this.#break(path)
    }
    this.#seen.add(target)
    if (isScalar(target)) {
      this.#onScalar(target, path)
      return target.value
    }
    if (this.#open.has(target)) {
      this.#add(node!, `${isAlias(node) ? `*${node.source}` : 'this value'} contains itself.`)
      return this.#break(path)
    }
    this.#open.add(target)
    const value = this.#collection(target, path)
    this.#open.delete(target)
    return value
  }

  #collection (node: Node, path: Path): unknown {
    if (isSeq(node)) return (node.items as Array<Node | null>).map((item, index) => this.#valueOf(item, [...path, index]))
    if (!isMap(node)) return null
    const value: Record<string, unknown> = {}
    for (const [name, member] of this.#nodes.members(node)) {
      const each = this.#valueOf(member.value, [...path, name])
      // Plain assignment to `__proto__` would set the prototype.
      if (name in value) Object.defineProperty(value, name, { value: each, writable: true, enumerable: true, configurable: true })
      else value[name] = each
    }
    return value
  }

  #add ({ range }: Node, message: string): void {
    this.problems.push({ offset: range?.[0], message })
  }

  #break (path: Path): undefined {
    this.broken.push(path)
  }
}
