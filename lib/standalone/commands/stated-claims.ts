import { parseObject } from '../../identity/strict-json.ts'

/** Claims by name. A leaf is JSON, so that numbers keep their digits. */
type Tree = Map<string, Tree | string>

/**
 * Makes claims from `name=value` pairs, as if they came from a token. A name with dots is a path, as in the config. A value
 * that is valid JSON is parsed; any other is a string.
 *
 * @throws TypeError for a pair that is neither
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
  if (typeof inner === 'string') throw new TypeError(`--claim: '${name}' cannot be a value and have members.`)
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
