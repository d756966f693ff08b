import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The checkout that runs this benchmark. The compiled benchmark is three folders below it. */
export const ownCheckout = join(import.meta.dirname, '../../..')

/** Path of a script of the compiled benchmark. */
export function scriptIn (checkout: string, path: string): string {
  return join(checkout === ownCheckout ? import.meta.dirname : join(checkout, 'bench/dist/bench'), path)
}

/**
 * @param folder another checkout, relative to where npm was started
 * @returns its absolute path
 * @throws TypeError if the checkout is not built
 */
export function builtCheckout (folder: string): string {
  const checkout = resolve(process.env.INIT_CWD ?? '.', folder)
  const missing = [join(checkout, 'dist'), join(checkout, 'bench/dist/bench/contenders/ours.js')].find((path) => !existsSync(path))
  if (missing === undefined) return checkout
  throw new TypeError(`--against: ${missing} does not exist. Run these commands in ${checkout}:\n\n  npm run build\n  npx tsc -p bench`)
}
