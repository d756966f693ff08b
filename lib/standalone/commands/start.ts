import Fastify, { type FastifyBaseLogger } from 'fastify'
import { normalizeServer } from '../../config/normalize-file.ts'
import { isConfigInvalid } from '../../problems/config-problems.ts'

import { loadSettledConfig } from '../load-settled-config.ts'
import { type LogDestination, standardOutput } from '../log-destination.ts'
import { type Clock, defaultSettleMs, type SettleOptions } from '../settle-files.ts'
import { Standalone } from '../standalone.ts'
import { FileWatcher } from '../watch-files.ts'

/** The process that a gateway runs in. */
export interface Host {
  readonly env: NodeJS.ProcessEnv
  on (signal: 'SIGHUP' | 'SIGTERM' | 'SIGINT' | 'SIGUSR1', listener: () => void): unknown
  exit (code: number): void
}

/** Handles signals from process start. Without a handler, a signal ends the process. */
class Signals {
  #isReloadPending = false
  #isStopping = false
  #reload = (): void => { this.#isReloadPending = true }
  /** Exits immediately until the gateway serves requests. */
  #stop: (signal: string) => void

  constructor (host: Host) {
    this.#stop = () => host.exit(0)
    host.on('SIGHUP', () => this.#reload())
    // Without a handler, Node opens a debugger port, which gives full control over the process.
    host.on('SIGUSR1', () => {})
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      host.on(signal, () => {
        // A second signal forces the exit.
        if (this.#isStopping) return host.exit(1)
        this.#isStopping = true
        this.#stop(signal)
      })
    }
  }

  setHandlers (reload: () => void, stop: (signal: string) => void): void {
    this.#reload = reload
    this.#stop = stop
    if (this.#isReloadPending) reload()
  }
}

export interface StartOptions {
  /** Whether the config is reloaded when a file changes. */
  readonly watch: boolean
  /** A file is only read after it has not changed for this many milliseconds. Default 500. */
  readonly settleMs?: number
  /** Whether a reload may remove security options. Default false. */
  readonly allowRemovals?: boolean
  /** Where the log goes. Default: standard output. */
  readonly destination?: LogDestination
  /** Default: the system clock. */
  readonly clock?: Clock
}

/** Milliseconds that the process waits for the log on exit. */
export const maxFlushMs = 1_000

/** Runs a gateway from a config file until SIGTERM or SIGINT. SIGHUP reloads the file. */
export async function start (file: string, options: StartOptions, host: Host): Promise<Standalone> {
  const { watch } = options
  const signals = new Signals(host)
  // Watching starts before the first read, so that no change during startup is missed.
  const changes = watch ? await FileWatcher.watch(file) : null
  const destination = options.destination ?? standardOutput()
  const { config, files, log, standalone } = await loadAndStart(file, { ...options, destination }, host).catch((error: unknown) => {
    changes?.close()
    throw error
  })
  changes?.loaded(files)
  log.info({ address: standalone.address, ...standalone.adminAddress !== null && { admin: standalone.adminAddress }, versions: Object.keys(config.file.versions) }, 'gateway listening')

  const reload = inTurn(async () => {
    const files = new Map<string, string>()
    await reloadFrom(file, { options, standalone, log, environment: host.env, files })
    changes?.loaded(files)
  })
  changes?.setListener(reload)
  signals.setHandlers(reload, (signal) => {
    log.info({ signal }, 'shutting down')
    // An unhandled rejection here also ends the process, with another exit code.
    changes?.close()
    standalone.stop().then(() => destination.flush(maxFlushMs)).then(() => host.exit(0))
  })
  return standalone
}

type LoadOptions = StartOptions & { readonly destination: LogDestination }

/** Loads the file, and starts its gateway. */
export async function loadAndStart (file: string, options: LoadOptions, { env }: Pick<Host, 'env'>) {
  const { destination } = options
  const { log } = Fastify({ logger: { level: 'info', stream: destination } })
  const files = new Map<string, string>()
  const config = await loadSettledConfig(file, env, settleOptions(options, log), files)
  log.level = normalizeServer(config.file.server).log
  return { config, files, log, standalone: await Standalone.start(config, log, { lostLogLines: () => destination.lost }) }
}

interface ReloadContext {
  readonly options: StartOptions
  readonly standalone: Standalone
  readonly log: FastifyBaseLogger
  readonly environment: NodeJS.ProcessEnv
  /** Filled with the fingerprints of the files that were read. */
  readonly files: Map<string, string>
}

/** Reloads the file. After any error the gateway keeps its current config. */
async function reloadFrom (file: string, { options, standalone, log, environment, files }: ReloadContext): Promise<void> {
  const { allowRemovals = false } = options
  try {
    await standalone.reload(await loadSettledConfig(file, environment, settleOptions(options, log), files), { allowRemovals })
  } catch (error) {
    const problems = (error as Error).message.split('\n')
    log.error({ problems }, 'config reload rejected; keeping the previous config')
    // The registry has already reported versions that it rejected.
    if (!isConfigInvalid(error)) standalone.refuse(problems)
  }
}

/** How long the files must have been unchanged before they are read. */
export function settleOptions ({ settleMs = defaultSettleMs, clock }: StartOptions, log: FastifyBaseLogger): SettleOptions {
  return {
    settleMs,
    onChanging: (file) => log.info({ file }, `file is still changing; reading it after ${settleMs} ms without a change`),
    ...clock !== undefined && { clock }
  }
}

/** Serializes runs of a task. Calls during a run cause one more run. */
function inTurn (task: () => Promise<void>): () => void {
  let running: Promise<void> | null = null
  let isAskedFor = false
  const run = async (): Promise<void> => {
    do {
      isAskedFor = false
      await task()
    } while (isAskedFor)
    running = null
  }
  return () => {
    isAskedFor = true
    running ??= run()
  }
}
