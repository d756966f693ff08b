import type { IncomingMessage } from 'node:http'

/**
 * Edits all lines of a header, in `rawHeaders` and in `headers`. Lines that become empty are removed.
 *
 * @param name in lower case
 * @param joint separates the lines in `headers`, which has them as one value
 */
export function editFields (
  { headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string, edit: (value: string) => string, joint = ', '
): void {
  const values: string[] = []
  let kept = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]!
    const isEdited = field.length === name.length && field.toLowerCase() === name
    const value = isEdited ? edit(rawHeaders[i + 1]!) : rawHeaders[i + 1]!
    if (isEdited && value === '') continue
    if (isEdited) values.push(value)
    rawHeaders[kept++] = field
    rawHeaders[kept++] = value
  }
  rawHeaders.length = kept
  if (values.length === 0) delete headers[name]
  else headers[name] = values.join(joint)
}

/** Replaces all fields with a name, in `headers` and in `rawHeaders`. @param name in lower case */
export function replaceField (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string, value: string): void {
  editFields(raw, name, () => '')
  raw.headers[name] = value
  raw.rawHeaders.push(name, value)
}
