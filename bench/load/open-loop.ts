import { join } from 'node:path'
import { Process } from '../measure/process.ts'
import { environmentOf } from '../measure/setting.ts'
import type { Load } from './load.ts'

/** Milliseconds from the time a request was due until its response was complete. */
export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** Sends requests at a fixed average rate, without waiting for responses, and measures their latency. */
export async function measureLatency (port: number, load: Load & { readonly rate: number }): Promise<Latency> {
  const command = [process.execPath, join(import.meta.dirname, 'open-loop-process.js')]
  return await new Process('open-loop-process', 'load', command, environmentOf({ port, ...load })).firstMessage<Latency>()
}
