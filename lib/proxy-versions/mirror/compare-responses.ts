import type { ShadowDifference } from '../../../types/index.ts'
import { compareJson } from './compare-json.ts'
import type { KeptResponse } from './kept-response.ts'
import type { Pointer } from './pointers.ts'

/** Maximum length, in bytes, of a body that is parsed as JSON. Parsing blocks the process. */
const maxParsed = 1024 * 1024

/** Finds the differences of two responses. Bodies of JSON are compared by structure, others by length. */
export async function compareResponses (one: KeptResponse, other: KeptResponse, ignored: readonly Pointer[]): Promise<ShadowDifference[]> {
  // The bodies of different classes have nothing in common.
  if (statusClass(one) !== statusClass(other)) return [{ at: 'status', kind: 'value' }]
  const [body, otherBody] = await Promise.all([one.body(), other.body()])
  if (body !== null && otherBody !== null) return [...compareTypes(one, other), ...compareBodies(one, body, other, otherBody, ignored)]
  // The lengths of different codings have nothing in common.
  return [...compareTypes(one, other), ...one.coding === other.coding ? compareLengths(one, other) : []]
}

function statusClass ({ status }: KeptResponse): number {
  return Math.trunc(status / 100)
}

function compareTypes (one: KeptResponse, other: KeptResponse): ShadowDifference[] {
  return one.mediaType === other.mediaType ? [] : [{ at: 'content-type', kind: 'value' }]
}

function compareBodies (
  one: KeptResponse, body: Buffer, other: KeptResponse, otherBody: Buffer, ignored: readonly Pointer[]
): ShadowDifference[] {
  if (body.equals(otherBody)) return []
  if (one.isJson && other.isJson && Math.max(body.length, otherBody.length) <= maxParsed) {
    const [value, otherValue] = [parse(body), parse(otherBody)]
    if (value !== undefined && otherValue !== undefined) return compareJson(value, otherValue, ignored)
  }
  return compareLengths(body, otherBody)
}

function compareLengths (one: { readonly length: number }, other: { readonly length: number }): ShadowDifference[] {
  return one.length === other.length ? [] : [{ at: 'body', kind: 'length' }]
}

/** @returns `undefined` if the body is not JSON */
function parse (body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
