/** Options, of which those with a default are always present. */
export type WithDefaults<Options, Defaults> =
  & Omit<Options, keyof Defaults>
  & { [Name in keyof Defaults]: Name extends keyof Options ? Exclude<Options[Name], undefined> : Defaults[Name] }

/**
 * Adds the defaults of options that are absent or `undefined`. The options may be invalid, even `null`.
 *
 * The `normalize-*.ts` files have every default of the public options, once. Code that gets normalized options has none.
 */
export function withDefaults<Options extends object, Defaults extends Partial<Options>> (
  options: Options, defaults: Defaults
): WithDefaults<Options, Defaults> {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries<unknown>([...Object.entries(defaults), ...given]) as WithDefaults<Options, Defaults>
}
