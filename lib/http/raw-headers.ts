/** Alternating names and values, byte for byte. */
export type RawHeaders = readonly Buffer[]

/**
 * Returns the value of the first field with the given name, or `undefined` if no field has it.
 *
 * @param name in lower case
 */
export function fieldValue (rawHeaders: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]!
    if (field.length === name.length && field.toString('latin1').toLowerCase() === name) return rawHeaders[i + 1]!.toString('latin1')
  }
  return undefined
}

/**
 * Joins the values of all fields with the given name (RFC 9110 5.3). Returns `undefined` if no field has it.
 *
 * @param name in lower case
 */
export function rawFieldList (rawHeaders: RawHeaders, name: string): string | undefined {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]!
    if (field.length === name.length && field.toString('latin1').toLowerCase() === name) values.push(rawHeaders[i + 1]!.toString('latin1'))
  }
  return values.length === 0 ? undefined : values.join(', ')
}
