import { isDeepStrictEqual } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Registry } from '../registry/registry.ts'
import type { Surroundings } from './build-app.ts'
import { ofApp, placesOf, refuseRemovals, versionsOf } from './file-changes.ts'
import { generate, type Generation } from './generation.ts'
import { Listener } from './listener.ts'
import type { LoadedConfig, LoadedFile } from './load-config.ts'
import { takeOverState } from './take-over-state.ts'

/** How long a silent connection is kept when the gateway ends, in milliseconds. */
const lingerMs = 1_000

/** Milliseconds behind the grace time until the connections that are left are cut off. `docs/operate.md` promises an end after 5 s. */
const cutOffMs = 3_000

/** What all apps of a gateway have around them. */
type Lasting = Omit<Surroundings, 'server' | 'adminServer'>

/** A gateway that runs by a config file, and changes when the file does. */
export class Standalone {
  readonly #log: FastifyBaseLogger
  readonly #surroundings: Lasting
  readonly #listener: Listener
  #adminListener: Listener | null
  /** Where and how it listens, which cannot change while it runs. */
  readonly #places: Record<string, unknown>
  #generation: Generation
  /** Apps of earlier configs that have requests under way. */
  readonly #retired = new Set<Promise<void>>()
  #isDraining = false

  private constructor (surroundings: Lasting, [listener, adminListener]: Listeners, generation: Generation) {
    this.#surroundings = surroundings
    this.#log = surroundings.log
    this.#listener = listener
    this.#adminListener = adminListener
    this.#places = placesOf(generation.config.file)
    this.#generation = generation
  }

  /** @throws when it cannot listen, or the app of the config cannot be made */
  static async start (
    config: LoadedConfig, log: FastifyBaseLogger, { lostLogLines = () => 0 }: { lostLogLines?: () => number } = {}
  ): Promise<Standalone> {
    let isDraining = (): boolean => false
    const surroundings: Lasting = { log, lostLogLines, kept: new Map(), isDraining: () => isDraining() }
    const generation = await generate(config, surroundings)
    const listeners = await listen(generation, log).catch(async (error: unknown) => {
      await generation.app.close()
      throw error
    })
    const standalone = new Standalone(surroundings, listeners, generation)
    isDraining = () => standalone.#isDraining
    return standalone
  }

  /** Where it listens. */
  get address (): string {
    return this.#listener.address
  }

  /** Where the admin pages are, when they have a listener of their own. */
  get adminAddress (): string | null {
    return this.#adminListener?.address ?? null
  }

  get app (): FastifyInstance {
    return this.#generation.app
  }

  /**
   * Goes on by another config. When only the versions differ, they are swapped in the registry, and connections are kept.
   * Otherwise a new app takes the requests from here on. New certificates are shown to new connections.
   *
   * @throws when the config cannot be served, or when something is absent from it that protects the one in force, unless
   * `allowRemovals`; nothing has changed then
   */
  async reload (config: LoadedConfig, { allowRemovals = false }: { allowRemovals?: boolean } = {}): Promise<void> {
    const { config: before } = this.#generation
    if (!allowRemovals) refuseRemovals(before, config)
    if (isDeepStrictEqual(config.file, before.file) && config.file.plugin === undefined) {
      this.#log.info('the config is the same as before')
      return
    }
    await this.#take(config)
    this.#log.level = config.file.server?.log ?? 'info'
    this.#renewCertificate(before.file, config.file)
    await this.#closeAdminListener(config.file)
    const places = placesOf(config.file)
    const waiting = Object.keys(places).filter((option) => places[option] !== this.#places[option])
    if (waiting.length > 0) {
      this.#log.warn({ options: waiting }, `${waiting.join(', ')} cannot change while the gateway runs: restart it. The rest of the config is in force`)
    }
  }

  #renewCertificate ({ server: before }: LoadedFile, { server: after }: LoadedFile): void {
    if (before?.tls === undefined || after?.tls === undefined || isDeepStrictEqual(before.tls, after.tls)) return
    this.#listener.renew(after.tls)
    this.#log.info('the certificate of the config is in force')
  }

  /** The admin pages are not there any more, or not on a listener of their own. */
  async #closeAdminListener (file: LoadedFile): Promise<void> {
    if (this.#adminListener === null || file.admin?.port !== undefined) return
    const listener = this.#adminListener
    this.#adminListener = null
    this.#places['admin.port'] = this.#places['admin.host'] = undefined
    await listener.close(0, lingerMs)
  }

  async #take (config: LoadedConfig): Promise<void> {
    const { config: before, app } = this.#generation
    if (config.file.plugin === undefined && isDeepStrictEqual(ofApp(config.file), ofApp(before.file))) {
      const after = versionsOf(config.file)
      if (!isDeepStrictEqual(after, versionsOf(before.file))) {
        const revision = app.versions.update(after)
        this.#log.info({ revision }, 'the versions of the config are in force')
      }
      this.#generation = { ...this.#generation, config }
      return
    }
    const after = await generate(config, this.#surroundings)
    const retired = this.#generation
    try {
      takeOverState(after, retired)
    } catch (error) {
      await after.app.close()
      throw error
    }
    this.#generation = after
    this.#listener.switchTo(after.server)
    this.#adminListener?.switchTo(after.adminServer)
    this.#log.info('the config is in force')
    this.#retire(retired)
  }

  /** Tells of a config file that is not taken over, as the registry tells of versions that it refuses: metrics count both. */
  refuse (problems: readonly string[]): void {
    const registry = this.#generation.app.versions as Registry
    registry.announcements.tell('rejected', { revision: registry.revision, problems: problems.map((message) => ({ path: '', message })) })
  }

  /** Takes no more requests, and ends when those under way have. */
  async stop (): Promise<void> {
    this.#isDraining = true
    const { server: { drainMs = 0 } = {}, forward: { closeGraceMs = 10_000 } = {} } = this.#generation.config.file
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs))
    const closed = this.#listener.close(lingerMs, closeGraceMs + cutOffMs)
    // What comes on connections that are there is still served; what goes on longer, such as WebSockets, is told to end.
    const grace = setTimeout(() => this.#generation.app.close().catch(() => {}), lingerMs + 500)
    await closed
    clearTimeout(grace)
    // It can be looked at to the end.
    await this.#adminListener?.close(0, lingerMs)
    await Promise.all([this.#generation.app.close(), ...this.#retired])
  }

  /** Its hooks and routes may still be at work: what they use goes when they have ended. */
  #retire ({ app, idle, config }: Generation): void {
    const closed = idle(config.file.forward?.closeGraceMs ?? 10_000)
      .then(() => app.close())
      .catch((err: unknown) => this.#log.error({ err }, 'the app of the config before did not end well'))
      .finally(() => this.#retired.delete(closed))
    this.#retired.add(closed)
  }
}

type Listeners = readonly [listener: Listener, adminListener: Listener | null]

/** @throws when it cannot listen there */
async function listen ({ config: { file }, server, adminServer }: Generation, log: FastifyBaseLogger): Promise<Listeners> {
  const onError = log.error.bind(log)
  const listener = await Listener.listen(file.server ?? {}, server, onError)
  const { port, host } = file.admin ?? {}
  if (port === undefined) return [listener, null]
  try {
    return [listener, await Listener.listen({ port, ...host !== undefined && { host } }, adminServer, onError)]
  } catch (error) {
    await listener.close(0, 0)
    throw error
  }
}
