import { createServer, type Server } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ConfigFileOptions, VersionSet } from '../../types/index.ts'
import { buildApp } from './build-app.ts'
import { Listener } from './listener.ts'
import type { LoadedConfig } from './load-config.ts'

/** How long a silent connection is kept when the gateway ends, in milliseconds. */
const lingerMs = 1_000

/** An app, the config that it was made of, and the server that it hears. */
interface Generation {
  readonly config: LoadedConfig
  readonly app: FastifyInstance
  readonly server: Server
  /** Waits until it has no request under way, or for so many milliseconds. */
  idle (limitMs: number): Promise<void>
}

/** A gateway that runs by a config file, and changes when the file does. */
export class Standalone {
  readonly #log: FastifyBaseLogger
  readonly #listener: Listener
  #generation: Generation
  /** Apps of earlier configs that have requests under way. */
  readonly #retired = new Set<Promise<void>>()
  #isDraining = false

  private constructor (log: FastifyBaseLogger, listener: Listener, generation: Generation) {
    this.#log = log
    this.#listener = listener
    this.#generation = generation
  }

  /** @throws when it cannot listen, or the app of the config cannot be made */
  static async start (config: LoadedConfig, log: FastifyBaseLogger): Promise<Standalone> {
    let isDraining = (): boolean => false
    const generation = await generate(config, log, () => isDraining())
    const { file: { server = {} }, folder } = config
    const listener = await Listener.listen(server, folder, generation.server, log.error.bind(log)).catch(async (error: unknown) => {
      await generation.app.close()
      throw error
    })
    const standalone = new Standalone(log, listener, generation)
    isDraining = () => standalone.#isDraining
    return standalone
  }

  /** Where it listens. */
  get address (): string {
    return this.#listener.address
  }

  get app (): FastifyInstance {
    return this.#generation.app
  }

  /**
   * Goes on by another config. When only the versions differ, they are swapped in the registry, and connections are kept.
   * Otherwise a new app takes the requests from here on.
   *
   * @throws when the config cannot be served; nothing has changed then
   */
  async reload (config: LoadedConfig): Promise<void> {
    const { config: before, app } = this.#generation
    if (isDeepStrictEqual(config.file, before.file) && config.file.plugin === undefined) {
      this.#log.info('the config is the same as before')
      return
    }
    if (!isDeepStrictEqual(config.file.server, before.file.server)) {
      throw new Error('server: a change of where and how the gateway listens needs a restart.')
    }
    if (config.file.plugin === undefined && isDeepStrictEqual(withoutVersions(config.file), withoutVersions(before.file))) {
      const { versions, aliases } = config.file
      const revision = app.versions.update({ versions, ...aliases !== undefined && { aliases } } as VersionSet)
      this.#generation = { ...this.#generation, config }
      this.#log.info({ revision }, 'the versions of the config are in force')
      return
    }
    const after = await generate(config, this.#log, () => this.#isDraining)
    const retired = this.#generation
    this.#generation = after
    this.#listener.switchTo(after.server)
    this.#log.info('the config is in force')
    this.#retire(retired)
  }

  /** Takes no more requests, and ends when those under way have. */
  async stop (): Promise<void> {
    this.#isDraining = true
    const { server: { drainMs = 0 } = {}, forward: { closeGraceMs = 10_000 } = {} } = this.#generation.config.file
    if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs))
    const closed = this.#listener.close(lingerMs, closeGraceMs + 5_000)
    // What comes on connections that are there is still served; what goes on longer, such as WebSockets, is told to end.
    const grace = setTimeout(() => this.#generation.app.close().catch(() => {}), lingerMs + 500)
    await closed
    clearTimeout(grace)
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

async function generate (config: LoadedConfig, log: FastifyBaseLogger, isDraining: () => boolean): Promise<Generation> {
  // It never listens: what it hears, the listener tells it.
  const server = createServer()
  return { config, app: await buildApp(config, { log, server, isDraining }), server, idle: idleOf(server) }
}

/** Counts the requests of a server that are under way. Upgraded connections are none: they end when they are told to. */
function idleOf (server: Server): Generation['idle'] {
  let underWay = 0
  let onIdle = (): void => {}
  server.on('request', (_request, response) => {
    underWay++
    response.once('close', () => { if (--underWay === 0) onIdle() })
  })
  return async (limitMs) => {
    if (underWay === 0) return
    let limit: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      onIdle = resolve
      limit = setTimeout(resolve, limitMs)
    })
    clearTimeout(limit)
  }
}

function withoutVersions ({ versions, aliases, ...rest }: ConfigFileOptions): object {
  return rest
}
