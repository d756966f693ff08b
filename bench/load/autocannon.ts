import { join } from 'node:path'
import { environmentOf } from '../measure/setting.ts'
import { Process } from '../measure/process.ts'
import type { Load, LoadResult } from './load.ts'

/** The fallback for machines without wrk. It is slower, but it comes with npm. */
export async function loadWithAutocannon (port: number, load: Load): Promise<LoadResult> {
  const command = [process.execPath, join(import.meta.dirname, 'autocannon-process.js')]
  return await new Process('autocannon', 'load', command, environmentOf({ port, ...load })).firstMessage<LoadResult>()
}
