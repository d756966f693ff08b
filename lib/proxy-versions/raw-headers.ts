/** Names and values in turn, byte for byte. */
export type RawHeaders = readonly Buffer[]

/** The value of the first field of a name (lower case) in names and values in turn; `undefined` without one. */
export function fieldValue (rawHeaders: RawHeaders, name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toString('latin1').toLowerCase() === name) {
      return rawHeaders[i + 1]!.toString('latin1')
    }
  }
  return undefined
}
