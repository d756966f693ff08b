import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** The contender has a core to itself. The load generator and the upstream share the other one. */
export const cores = { contender: 0, load: 1 } as const
export type Core = keyof typeof cores

/** Whether processes can be pinned to a core. */
export const canPin = spawnSync('taskset', ['-V']).status === 0

/** Linux counts CPU time in ticks: 100 per second on every platform that Node supports. */
const ticksPerSecond = 100

/** A child process of the benchmark, pinned to a core. */
export class Process {
  readonly #child: ChildProcess
  readonly #name: string
  #stderr = ''

  constructor (name: string, core: Core, command: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const [program, ...args] = canPin ? ['taskset', '-c', String(cores[core]), ...command] : command
    this.#name = name
    this.#child = spawn(program!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stderr!.on('data', (text: Buffer) => { this.#stderr = (this.#stderr + text.toString()).slice(-2000) })
    this.#child.on('error', (error) => { this.#stderr += error.message })
  }

  get pid (): number {
    return this.#child.pid!
  }

  /** Reads the first line of stdout as JSON. @throws Error if the process exits before it prints a line */
  async firstMessage<Message> (): Promise<Message> {
    const lines = createInterface(this.#child.stdout!)
    const [line] = await Promise.race([once(lines, 'line'), once(this.#child, 'close').then(() => { throw this.#exitError() })]) as [string]
    return JSON.parse(line) as Message
  }

  /** Collects stdout until the process exits. @throws Error if it fails */
  async output (): Promise<string> {
    let text = ''
    this.#child.stdout!.on('data', (chunk: Buffer) => { text += chunk.toString() })
    await once(this.#child, 'close')
    if (this.#child.exitCode !== 0) throw this.#exitError()
    return text
  }

  /** CPU time of all threads so far, in seconds. */
  async cpuSeconds (): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/stat`, 'latin1')
    // Only the program name in parentheses can contain spaces. utime and stime are fields 14 and 15 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  /** Resident memory in MB: current and peak. */
  async memory (): Promise<{ now: number, peak: number }> {
    const status = await readFile(`/proc/${this.pid}/status`, 'latin1')
    const megabytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
  }

  async stop (): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const killTimer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000)
    await closed
    clearTimeout(killTimer)
  }

  #exitError (): Error {
    return new Error(`${this.#name} exited with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#stderr.trim()}`)
  }
}
