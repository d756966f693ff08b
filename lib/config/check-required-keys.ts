import { type Path, type Problems, show, showNames } from '../problems/config-problems.ts'

/** Finds names in `requireKeys` that no provider has. They would keep the gateway unready forever. */
export function checkRequiredKeys (problems: Problems, path: Path, required: readonly unknown[], known: readonly string[]): void {
  for (const [index, name] of required.entries()) {
    if (typeof name !== 'string' || known.includes(name)) continue
    const remedy = known.length === 0 ? 'There are no identity providers.' : `Known: ${showNames(known)}.`
    problems.add([...path, index], `${show(name)} is not the name of a provider. ${remedy}`)
  }
}
