/** Deeply freezes data. It does not recurse: claims of tokens may be nested too deeply for the stack. */
export function deepFreeze (value: object): void {
  const open: object[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const inner of Object.values(Object.freeze(next)) as unknown[]) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
}
