/** Alternating names and values, byte for byte. */
export type RawHeaders = readonly Buffer[]

/** The value of the first field with a name (lower case); `undefined` if there is none. */
export function fieldValue (rawHeaders: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toString('latin1').toLowerCase() === name) {
      return rawHeaders[i + 1]!.toString('latin1')
    }
  }
  return undefined
}

/** The values of all fields with a name (lower case), as one list; `undefined` if there is none. */
export function fieldList (rawHeaders: RawHeaders, name: string): string | undefined {
  const values: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toString('latin1').toLowerCase() === name) {
      values.push(rawHeaders[i + 1]!.toString('latin1'))
    }
  }
  return values.length === 0 ? undefined : values.join(', ')
}
