import { maxHeaderSize } from 'node:http'
import type { LoadedFile } from './loaded-file.ts'

/** Bytes for the request line and the other headers, in addition to a token of the maximum size. */
const roomBytes = 8 * 1024

/** Returns the maximum size of a request's head in bytes: Node's, or more if the config allows tokens that do not fit. */
export function headerLimitOf ({ identity }: LoadedFile): number {
  return Math.max(maxHeaderSize, (identity?.maxTokenBytes ?? 0) + roomBytes)
}
