import type { FastifyInstance } from 'fastify'

export type * from './config-file.ts'

/** Options of `runGateway`. */
export interface RunGatewayOptions {
  /** Variables that `${NAME}` in the file refers to. Default: those of the process. */
  env?: Readonly<Record<string, string | undefined>>
}

/** A gateway that runs from a config file. */
export interface RunningGateway {
  /** The URL at which it listens. */
  readonly address: string
  /** The URL of the admin pages; `null` if they have no listener of their own. */
  readonly adminAddress: string | null
  /** The app of the current config. A reload may replace it. */
  readonly app: FastifyInstance
  /**
   * Reads the file again and applies it. Requests in flight are not affected.
   *
   * @throws with all problems of the file; the previous config then stays in force. `allowRemovals` accepts a file that lacks
   * options that protect the gateway, such as an identity provider.
   */
  reload (options?: { allowRemovals?: boolean }): Promise<void>
  /** Accepts no more requests, and closes the gateway after those in flight. */
  close (): Promise<void>
}
