/**
 * Returns the names that are part of a cycle. Visits each name once.
 *
 * @param next maps each name to the one that it leads to
 */
export function namesInCycles (next: ReadonlyMap<string, string | undefined>): Set<string> {
  const found = new Set<string>()
  const passed = new Set<string>()
  for (const start of next.keys()) {
    const way = new Set<string>()
    let name: string | undefined = start
    while (name !== undefined && !passed.has(name) && !way.has(name)) {
      way.add(name)
      name = next.get(name)
    }
    // If this walk reaches one of its own names, the names from that one on form a cycle.
    while (name !== undefined && way.has(name) && !found.has(name)) {
      found.add(name)
      name = next.get(name)
    }
    for (const each of way) passed.add(each)
  }
  return found
}
