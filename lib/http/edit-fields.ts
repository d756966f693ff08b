import type { IncomingMessage } from 'node:http'
import { isClients } from './client-values.ts'

/**
 * Edits all lines of a header, in `rawHeaders` and in `headers`. Lines that become empty are removed. A value that a hook of
 * the app has set in `headers` is edited as well.
 *
 * @param name in lower case
 * @param joint separates the lines in `headers`, which has them as one value
 */
export function editFields (
  { headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string, edit: (value: string) => string, joint = ', '
): void {
  const [before, values]: [string[], string[]] = [[], []]
  let kept = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]!
    const isEdited = field.length === name.length && field.toLowerCase() === name
    if (isEdited) before.push(rawHeaders[i + 1]!)
    const value = isEdited ? edit(rawHeaders[i + 1]!) : rawHeaders[i + 1]!
    if (isEdited && value === '') continue
    if (isEdited) values.push(value)
    rawHeaders[kept++] = field
    rawHeaders[kept++] = value
  }
  rawHeaders.length = kept
  const own = headers[name]
  const isApps = typeof own === 'string' && own !== before.join(joint) && !isClients(own, before, name)
  const edited = isApps ? edit(own) : values.join(joint)
  if (edited === '') delete headers[name]
  else headers[name] = edited
}

/** Replaces all fields with a name, in `headers` and in `rawHeaders`. @param name in lower case */
export function replaceField (raw: Pick<IncomingMessage, 'headers' | 'rawHeaders'>, name: string, value: string): void {
  editFields(raw, name, () => '')
  raw.headers[name] = value
  raw.rawHeaders.push(name, value)
}
