import { join } from 'node:path'
import { Process } from '../measure/process.ts'
import { environmentOf } from '../measure/setting.ts'
import type { Load } from './load.ts'

/** Milliseconds from when a request was due until its answer was there, half and 99 of 100 of them. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** Has clients send requests at a rate, whatever becomes of those before. */
export async function pace (port: number, load: Load & { readonly rate: number }): Promise<Latency> {
  const command = [process.execPath, join(import.meta.dirname, 'paced-process.js')]
  return await new Process('paced clients', 'load', command, environmentOf({ port, ...load })).firstLine<Latency>()
}
