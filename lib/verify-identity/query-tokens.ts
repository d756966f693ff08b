import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Parameter, takeParameters } from '../http/query.ts'

/** Query parameters that were removed from URLs. */
const hidden = new WeakMap<object, readonly Parameter[]>()

/** Returns the values of a query parameter that was removed from a request's URL. */
export function hiddenValues (raw: object, name: string): readonly string[] {
  return (hidden.get(raw) ?? []).filter((parameter) => parameter.name === name).map(({ value }) => value)
}

/**
 * Removes query parameters from the URLs of requests before they are logged: the first thing that Fastify does with a
 * request is to make its logger. The rest of a URL stays unchanged.
 */
export function hideQueryTokens (app: FastifyInstance, names: ReadonlySet<string>): void {
  if (names.size === 0) return
  const makeLogger = app.childLoggerFactory
  app.setChildLoggerFactory(function (logger, bindings, options, raw) {
    hideFrom(raw, names)
    return makeLogger.call(this, logger, bindings, options, raw)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    // This repeats the removal for routes that were declared earlier, or have their own logger.
    hideFromRequest(request, names)
    done()
  })
}

function hideFromRequest ({ raw, query }: FastifyRequest, names: ReadonlySet<string>): void {
  hideFrom(raw, names)
  for (const name of names) delete (Object(query) as Record<string, unknown>)[name]
}

function hideFrom (raw: { url?: string | undefined }, names: ReadonlySet<string>): void {
  const { url, taken } = takeParameters(raw.url!, (name) => names.has(name))
  if (taken.length === 0) return
  hidden.set(raw, taken)
  raw.url = url
}
