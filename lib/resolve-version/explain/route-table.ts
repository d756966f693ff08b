import { isDeepStrictEqual } from 'node:util'
import findMyWay, { type Config, type HTTPMethod, type HTTPVersion } from 'find-my-way'
import type { FastifyContextConfig, FastifyInstance, RouteOptions } from 'fastify'

/** The route of a simulated request. */
export interface Route {
  /** The declared pattern with its prefix: `/users/:id`. */
  readonly url: string
  /** `null` for a route outside the gateway or declared before it, whose config is unknown. */
  readonly config: FastifyContextConfig | null
  readonly params: Readonly<Record<string, string | undefined>>
}

/** Collects the routes of an app for `explain`, because Fastify does not expose the config of a route. */
export class Routes {
  readonly #app: FastifyInstance
  readonly #router: ReturnType<typeof findMyWay>

  /** Collects routes that are declared after this call. */
  constructor (app: FastifyInstance) {
    this.#app = app
    this.#router = findMyWay(routerOptions(app.initialConfig))
    app.addHook('onRoute', (route) => this.#add(route))
  }

  /** @param accepted `Accept-Version`, which Fastify's own constraints read */
  find (method: string, url: string, host: string, accepted: string | undefined): Route | null {
    const constraints = { host, ...accepted !== undefined && { version: accepted } }
    const [path] = url.split('?') as [string]
    const live = this.#app.findRoute({ method: method as HTTPMethod, url: path, constraints })
    if (live === null) return null
    const seen = this.#router.find(method as HTTPMethod, path, constraints)
    const params = live.params as Route['params']
    // Different parameters mean that Fastify matched a route that was not collected.
    if (seen === null || !isDeepStrictEqual({ ...seen.params }, { ...params })) return { url: path, config: null, params }
    const { url: pattern, config = {} } = seen.store as RouteOptions
    return { url: pattern, config, params }
  }

  #add (route: RouteOptions): void {
    const { url, constraints = {} } = route
    // Custom constraints of the app cannot be evaluated here.
    if (Object.keys(constraints).some((name) => name !== 'host' && name !== 'version')) return
    for (const method of [route.method].flat() as HTTPMethod[]) {
      if (!this.#router.hasRoute(method, url, constraints)) this.#router.on(method, url, { constraints }, () => {}, route)
    }
  }
}

const defaults = {
  caseSensitive: true,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
  maxParamLength: 100,
  allowUnsafeRegex: false,
  useSemicolonDelimiter: false
}

/** Fastify accepts these options in two places, and reports defaults in the unused one. */
function routerOptions (config: FastifyInstance['initialConfig']): Config<HTTPVersion.V1> {
  const places = [config, config.routerOptions ?? {}] as ReadonlyArray<Record<string, unknown>>
  return Object.fromEntries(Object.entries(defaults).map(([name, byDefault]) =>
    [name, places.map((place) => place[name]).find((value) => value !== undefined && value !== byDefault) ?? byDefault]))
}
