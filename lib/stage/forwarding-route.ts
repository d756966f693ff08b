import type { FastifyContextConfig } from 'fastify'

/** Marks the routes of `proxyVersions` in their config. */
const forwards = Symbol('fastify-version-gateway.forwards')

/** Makes the config of a route that forwards. Its handler counts the bytes of responses itself. */
export function forwardingConfig (): FastifyContextConfig {
  return { [forwards]: true } as FastifyContextConfig
}

/** Whether a route forwards, by its config. */
export function isForwarding (config: FastifyContextConfig | undefined): boolean {
  return (config as { [forwards]?: true } | undefined)?.[forwards] === true
}
