import { join } from 'node:path'
import { environmentOf } from '../measure/setting.ts'
import { Process } from '../measure/process.ts'
import type { Load, Loaded } from './load.ts'

/** The same as wrk does, from a process of autocannon: slower, and wherever npm is. */
export async function loadWithAutocannon (port: number, load: Load): Promise<Loaded> {
  const command = [process.execPath, join(import.meta.dirname, 'autocannon-process.js')]
  const loading = new Process('autocannon', 'load', command, environmentOf({ port, ...load }))
  return await loading.firstLine<Loaded>()
}
