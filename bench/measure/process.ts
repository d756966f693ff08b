import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** The core that the contender has to itself, and that of the load and the upstream. */
export const cores = { contender: 0, load: 1 } as const
export type Core = keyof typeof cores

/** Whether processes can be kept to a core. */
export const canPin = spawnSync('taskset', ['-V']).status === 0

/** Ticks of a second in which Linux counts a process's time: 100 wherever Node runs. */
const ticksPerSecond = 100

/** A process of the benchmark, on a core of its own. */
export class Process {
  readonly #child: ChildProcess
  readonly #name: string
  #said = ''

  constructor (name: string, core: Core, command: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const [program, ...args] = canPin ? ['taskset', '-c', String(cores[core]), ...command] : command
    this.#name = name
    this.#child = spawn(program!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stderr!.on('data', (text: Buffer) => { this.#said = (this.#said + text.toString()).slice(-2000) })
    this.#child.on('error', (error) => { this.#said += error.message })
  }

  get pid (): number {
    return this.#child.pid!
  }

  /** The first line of JSON that it prints. @throws when it ends before */
  async firstLine<Line> (): Promise<Line> {
    const lines = createInterface(this.#child.stdout!)
    const [line] = await Promise.race([once(lines, 'line'), once(this.#child, 'close').then(() => { throw this.#ended() })]) as [string]
    return JSON.parse(line) as Line
  }

  /** All that it prints, when it has ended. @throws when it failed */
  async output (): Promise<string> {
    let text = ''
    this.#child.stdout!.on('data', (part: Buffer) => { text += part.toString() })
    await once(this.#child, 'close')
    if (this.#child.exitCode !== 0) throw this.#ended()
    return text
  }

  /** Processor time of all its threads so far, in seconds. */
  async cpuSeconds (): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/stat`, 'latin1')
    // The name in brackets may have blanks; what comes behind has none (proc(5): utime and stime are fields 14 and 15).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  /** Resident memory in MB: now, and at its highest. */
  async memory (): Promise<{ now: number, peak: number }> {
    const status = await readFile(`/proc/${this.pid}/status`, 'latin1')
    const megabytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
  }

  async stop (): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const grace = setTimeout(() => this.#child.kill('SIGKILL'), 2_000)
    await closed
    clearTimeout(grace)
  }

  #ended (): Error {
    return new Error(`${this.#name} ended (${this.#child.exitCode ?? this.#child.signalCode}): ${this.#said.trim()}`)
  }
}
