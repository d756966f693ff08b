import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Finds the compiled benchmark of another checkout.
 * @param folder the checkout, relative to where npm was started
 * @throws TypeError if the checkout is not built
 */
export function compiledBenchOf (folder: string): string {
  const root = resolve(process.env.INIT_CWD ?? '.', folder)
  const compiled = join(root, 'bench/dist/bench')
  const missing = [join(root, 'dist/lib/index.js'), join(compiled, 'contenders/ours.js')].find((path) => !existsSync(path))
  if (missing === undefined) return compiled
  throw new TypeError(`--against: ${missing} does not exist. Run these commands in ${root}:\n\n  npm run build\n  npx tsc -p bench`)
}
