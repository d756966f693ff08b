import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'

/** A problem in a document, with its offset. */
export interface Problem {
  readonly offset: number | undefined
  readonly message: string
}

/** A member of a map. */
export interface Member {
  readonly key: Node
  readonly value: Node | null
}

/** Resolves the aliases and merge keys of a document. */
export class YamlNodes {
  /** Aliases without an anchor, and merge keys that merge nothing. */
  readonly problems: Problem[] = []
  readonly #document: Document
  readonly #targets = new Map<Alias, Node | undefined>()
  readonly #members = new Map<YAMLMap, Map<string, Member>>()

  constructor (document: Document) {
    this.#document = document
  }

  /** Returns the node that an alias refers to, or the node itself; `undefined` if the anchor does not exist. */
  target (node: Node | null): Node | null | undefined {
    if (!isAlias(node)) return node
    if (!this.#targets.has(node)) {
      const target = node.resolve(this.#document)
      if (target === undefined) this.#add(node, `*${node.source} is undefined: no value before it has the anchor &${node.source}.`)
      this.#targets.set(node, target)
    }
    return this.#targets.get(node)
  }

  /** Returns the members of a map by name, with those that merge keys add. */
  members (map: YAMLMap): ReadonlyMap<string, Member> {
    const known = this.#members.get(map)
    if (known !== undefined) return known
    const members = new Map<string, Member>()
    // A map that merges itself finds only the entries so far.
    this.#members.set(map, members)
    const pairs = map.items as Array<Pair<Node, Node | null>>
    for (const { key, value } of pairs.filter((pair) => !isMerge(pair))) {
      const name = this.target(key)
      if (isScalar(name)) members.set(nameOf(name), { key, value })
      else if (name !== undefined) this.#add(key, 'a name must be text, not a map or a list.')
    }
    for (const { key, value } of pairs.filter(isMerge)) this.#merge(members, map, key, value)
    return members
  }

  #merge (members: Map<string, Member>, into: YAMLMap, key: Node, value: Node | null): void {
    const target = this.target(value)
    if (target === undefined) return
    for (const each of isSeq(target) ? target.items as Node[] : [target]) {
      const source = this.target(each)
      if (source === into) this.#add(key, "'<<' merges a map into itself.")
      else if (isMap(source)) {
        for (const [name, member] of this.members(source)) if (!members.has(name)) members.set(name, member)
      } else if (source !== undefined) this.#add(key, "'<<' merges a map, or a list of maps, such as *name. Write the members themselves, or an alias of a map.")
    }
  }

  #add ({ range }: Node, message: string): void {
    this.problems.push({ offset: range?.[0], message })
  }
}

function isMerge ({ key }: Pair<Node, Node | null>): boolean {
  return isScalar(key) && key.type === 'PLAIN' && (key.value === '<<' || typeof key.value === 'symbol')
}

/** Returns a name as written. A number such as `1.10`, which would be read differently, is reported separately. */
export function nameOf ({ value, source, type }: Scalar): string {
  if (value === null) return ''
  return type === 'PLAIN' && typeof value !== 'string' && source !== undefined ? source : String(value)
}
