import { parseObject } from '../../identity/strict-json.ts'

/** Claims by name. A leaf is JSON, so that numbers keep their digits. */
type Tree = Map<string, Tree | string>

/**
 * Converts `name=value` pairs to claims. Dots in a name separate the members of a path, as in the config. A value that is valid
 * JSON is parsed; any other value is a string.
 *
 * @throws TypeError for an invalid pair
 */
export function statedClaims (pairs: readonly string[]): Record<string, unknown> {
  const tree: Tree = new Map()
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) throw new TypeError(`--claim: '${pair}' is not 'name=value'.`)
    put(tree, name.split('.'), isJson(value!) ? value! : JSON.stringify(value))
  }
  return parseObject(Buffer.from(jsonOf(tree)))
}

function put (tree: Tree, [name, ...rest]: string[], json: string): void {
  if (rest.length === 0) {
    tree.set(name!, json)
    return
  }
  const inner = tree.get(name!) ?? new Map<string, Tree | string>()
  if (typeof inner === 'string') throw new TypeError(`--claim: '${name}' has both a value and members.`)
  tree.set(name!, inner)
  put(inner, rest, json)
}

function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function jsonOf (tree: Tree): string {
  return `{${[...tree].map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : jsonOf(value)}`).join(',')}}`
}
