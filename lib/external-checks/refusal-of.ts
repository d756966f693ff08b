import { checkRefused, type Refusal } from '../errors.ts'
import { fieldLists } from '../http/field-lists.ts'
import type { CollectedResponse } from '../transport/collect-response.ts'

/** The headers of a refusal that callers get. */
const passed = new Set(['content-type', 'content-encoding', 'location', 'set-cookie', 'www-authenticate'])

/** Returns the refusal that the response of a service stands for: the response itself, or a problem with its status. */
export function refusalOf (check: string, { status, rawHeaders, body, isCut }: CollectedResponse, passesResponse: boolean): Refusal {
  const details = { externalCheck: check, status }
  if (!passesResponse || isCut) return checkRefused(details)
  const fields = fieldLists(rawHeaders.map((part) => part.toString('latin1')))
  const headers = Object.fromEntries([...fields]
    .filter(([name]) => passed.has(name))
    .map(([name, { values }]) => [name, values.length === 1 ? values[0]! : values]))
  return checkRefused({ ...details, response: { headers, body } })
}
