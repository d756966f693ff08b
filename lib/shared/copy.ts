import { fileURLToPath } from 'node:url'

/** One loaded copy of this package. npm installs two if the version ranges of an app and of one of its packages differ. */
export interface Copy {
  readonly version: string
  /** Where it was loaded from. */
  readonly folder: string
}

export const thisCopy: Copy = { version: '0.1.0', folder: fileURLToPath(new URL('..', import.meta.url)) }

/** Marks what a copy has made. Both copies see the mark, because the registry of symbols belongs to the process. */
export const madeBy: unique symbol = Symbol.for('fastify-version-gateway.madeBy') as never

/** The mark of this copy, as a member. It survives `{ ...value }`. */
export const madeHere: object = Object.freeze({ [madeBy]: thisCopy })

/** Returns the other copy that made a value; `null` for values of this copy, and for those of users. */
export function otherCopy (value: object): Copy | null {
  const copy = (value as { [madeBy]?: Copy })[madeBy]
  return copy === undefined || copy === thisCopy ? null : copy
}

export const alignCopies = 'Run `npm ls fastify-version-gateway` to see which packages depend on it, and align their versions.'

/** Lists the copies in use, with the remedy. */
export function explainCopies (other: Copy): string {
  const [here, there] = [thisCopy, other].map(({ version, folder }) => `${version} in ${folder}`)
  return `Two copies of fastify-version-gateway are loaded: ${here} and ${there}. They do not know each other's state. ${alignCopies}`
}
