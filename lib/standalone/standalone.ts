import { isDeepStrictEqual } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AdminConfig } from '../../types/config-file.ts'
import { normalizeServer } from '../config/normalize-file.ts'
import { normalizeForward } from '../config/normalize-gateway.ts'
import type { Listener } from '../server/listener.ts'
import { ServerConnections } from '../server/server-connections.ts'
import { registryOf } from '../registry/registry.ts'
import type { AppDependencies } from './build-app.ts'
import { appOptionsOf, fixedOptionsOf, refuseRemovals, versionsOf } from './file-changes.ts'
import { generate, type Generation } from './generation.ts'
import { headerLimitOf } from './header-limit.ts'
import { listen, type Listeners } from './listeners.ts'
import { type LoadedConfig, maskError } from './load-config.ts'
import type { LoadedFile } from './loaded-file.ts'
import { transferState, withRetired } from './transfer-state.ts'

/** Milliseconds that an idle connection is kept on shutdown. */
const lingerMs = 1_000

/** Milliseconds on shutdown until the app closes, which ends WebSockets and refuses new requests. Idle connections are closed by then. */
const servingMs = 1_500

/** Milliseconds from the end of the grace period until connections are destroyed, so that clients of aborted exchanges get a refusal. */
const goodbyeMs = 500

/** The dependencies that all apps of a gateway share. */
type SharedDependencies = Omit<AppDependencies, 'server' | 'adminServer'>

/** A gateway that runs from a config file and can reload it. */
export class Standalone {
  readonly #log: FastifyBaseLogger
  readonly #dependencies: SharedDependencies
  readonly #listener: Listener
  #adminListener: Listener | null
  /** Options of the listeners that cannot change at run time. */
  readonly #fixedOptions: Record<string, unknown>
  #generation: Generation
  /** Apps of earlier configs that still have requests in flight. */
  readonly #retired = new Map<Generation, Promise<void>>()
  /** Aborted when the earlier apps must close, regardless of the grace periods in their own configs. */
  readonly #hurry = new AbortController()
  #isDraining = false

  private constructor (dependencies: SharedDependencies, [listener, adminListener]: Listeners, generation: Generation) {
    this.#dependencies = dependencies
    this.#log = dependencies.log
    this.#listener = listener
    this.#adminListener = adminListener
    this.#fixedOptions = fixedOptionsOf(generation.config.file)
    this.#generation = generation
    listener.limitHeaders(headerLimitOf(generation.config.file))
  }

  /** @throws when the gateway cannot listen, or the app cannot be built */
  static async start (
    config: LoadedConfig, log: FastifyBaseLogger, { lostLogLines = () => 0 }: { lostLogLines?: () => number } = {}
  ): Promise<Standalone> {
    let isDraining = (): boolean => false
    const dependencies: SharedDependencies = { log, lostLogLines, reloadState: new Map(), isDraining: () => isDraining() }
    const generation = await generate(config, dependencies)
    const listeners = await listen(generation, log).catch(async (error: unknown) => {
      await generation.app.close()
      throw maskError(error, config)
    })
    const standalone = new Standalone(dependencies, listeners, generation)
    isDraining = () => standalone.#isDraining
    return standalone
  }

  /** The URL at which the gateway listens. */
  get address (): string {
    return this.#listener.address
  }

  /** The URL of the admin pages; `null` if they have no listener of their own. */
  get adminAddress (): string | null {
    return this.#adminListener?.address ?? null
  }

  get app (): FastifyInstance {
    return this.#generation.app
  }

  /**
   * Applies another config. If only the versions differ, they are swapped in the registry, and connections are kept.
   * Otherwise a new app handles all new requests. New connections get new certificates.
   *
   * @throws when the config cannot be served, or, without `allowRemovals`, when it lacks an option that protects the current
   * one. The current config then stays in force.
   */
  async reload (config: LoadedConfig, { allowRemovals = false }: { allowRemovals?: boolean } = {}): Promise<void> {
    const { config: before } = this.#generation
    if (!allowRemovals) refuseRemovals(before, config)
    if (isDeepStrictEqual(config.file, before.file) && config.file.plugin === undefined) {
      this.#log.info('config unchanged')
      return
    }
    await this.#apply(config).catch((error: unknown) => { throw maskError(error, config) })
    // Early versions of Fastify 5 log with a child.
    this.#log.level = this.app.log.level = normalizeServer(config.file.server).log
    this.#renewCertificate(before.file, config.file)
    this.#listener.limitHeaders(headerLimitOf(config.file))
    await this.#closeAdminListener(config.file)
    const options = fixedOptionsOf(config.file)
    const unchanged = Object.keys(options).filter((option) => options[option] !== this.#fixedOptions[option])
    if (unchanged.length > 0) {
      this.#log.warn({ options: unchanged }, `${unchanged.join(', ')} cannot change at run time: restart the gateway. The rest of the config was applied`)
    }
  }

  #renewCertificate ({ server: before }: LoadedFile, { server: after }: LoadedFile): void {
    if (before?.tls === undefined || after?.tls === undefined || isDeepStrictEqual(before.tls, after.tls)) return
    this.#listener.renew(after.tls)
    this.#log.info('certificate reloaded')
  }

  /** Closes the admin listener if the config no longer has a port for it. */
  async #closeAdminListener (file: LoadedFile): Promise<void> {
    if (this.#adminListener === null || file.admin?.port !== undefined) return
    const listener = this.#adminListener
    this.#adminListener = null
    this.#fixedOptions['admin.port'] = this.#fixedOptions['admin.host'] = undefined
    await listener.close(0, lingerMs)
  }

  /** Keeps the admin pages in place if they now have a port: it cannot be opened at run time. */
  #servedAdmin (admin: AdminConfig | undefined): AdminConfig | undefined {
    if (admin?.port === undefined || this.#adminListener !== null) return admin
    const { admin: before } = this.#generation
    return before && { ...before, password: admin.password }
  }

  async #apply (config: LoadedConfig): Promise<void> {
    const { config: before, app } = this.#generation
    if (config.file.plugin === undefined && isDeepStrictEqual(appOptionsOf(config.file), appOptionsOf(before.file))) {
      const [next, old] = [versionsOf(config.file), versionsOf(before.file)]
      if (!isDeepStrictEqual(next, old)) {
        const revision = app.versions.update(withRetired(next, old, registryOf(app.versions)))
        this.#log.info({ revision }, 'versions of the config applied')
      }
      this.#generation = { ...this.#generation, config }
      return
    }
    const after = await generate(config, this.#dependencies, this.#servedAdmin(config.file.admin))
    const retired = this.#generation
    try {
      transferState(after, retired)
    } catch (error) {
      await after.app.close()
      throw error
    }
    this.#generation = after
    this.#listener.switchTo(after.server)
    this.#adminListener?.switchTo(after.adminServer)
    this.#log.info('config applied')
    this.#retire(retired)
  }

  /** Reports a rejected config file like versions that the registry rejects, so that metrics count both. */
  refuse (problems: readonly string[]): void {
    const registry = registryOf(this.#generation.app.versions)
    registry.emitter.emit('rejected', { revision: registry.revision, problems: problems.map((message) => ({ path: '', message })) })
  }

  /** Accepts no more requests, and closes the gateway after those in flight. */
  async stop (): Promise<void> {
    this.#isDraining = true
    const { server, forward } = this.#generation.config.file
    const { drainMs } = normalizeServer(server)
    const { closeGraceMs } = normalizeForward(forward)
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs))
    const { app } = this.#generation
    // The grace period begins here, not when the app closes.
    const graceEnd = performance.now() + closeGraceMs
    for (const each of [this.#generation, ...this.#retired.keys()]) ServerConnections.of(each.server).graceEnd = graceEnd
    const closed = this.#listener.close(Math.min(lingerMs, closeGraceMs), closeGraceMs + goodbyeMs)
    // Requests on existing connections are served until then. Closing the app ends longer exchanges, such as WebSockets.
    const serving = setTimeout(() => {
      this.#hurry.abort()
      app.close().catch(() => {})
    }, Math.min(servingMs, closeGraceMs / 2))
    await closed
    clearTimeout(serving)
    // The admin pages stay available to the end.
    await this.#adminListener?.close(0, goodbyeMs)
    this.#hurry.abort()
    await Promise.all([app.close(), ...this.#retired.values()])
  }

  /** Closes an app after its requests, because its hooks and routes may still use its resources. */
  #retire (generation: Generation): void {
    const { app, idle, config } = generation
    const closed = idle(normalizeForward(config.file.forward).closeGraceMs, this.#hurry.signal)
      .then(() => app.close())
      .catch((err: unknown) => this.#log.error({ err }, 'closing the previous app failed'))
      .finally(() => this.#retired.delete(generation))
    this.#retired.set(generation, closed)
  }
}
