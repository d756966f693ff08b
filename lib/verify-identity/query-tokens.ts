import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Parameter, takeParameters } from '../url/query.ts'

/** The query parameters that were taken out of URLs. */
const hidden = new WeakMap<object, readonly Parameter[]>()

/** The values of a query parameter that was taken out of a request's URL. */
export function hiddenValues (raw: object, name: string): readonly string[] {
  return (hidden.get(raw) ?? []).filter((parameter) => parameter.name === name).map(({ value }) => value)
}

/**
 * Takes query parameters out of the URLs of requests, before the first line about one is logged: making its
 * logger is the first that Fastify does with a request. URLs stay byte for byte what they are otherwise.
 */
export function hideQueryTokens (app: FastifyInstance, names: ReadonlySet<string>): void {
  if (names.size === 0) return
  const makeLogger = app.childLoggerFactory
  app.setChildLoggerFactory(function (logger, bindings, options, raw) {
    hideFrom(raw, names)
    return makeLogger.call(this, logger, bindings, options, raw)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    // Again, for routes that are older than the logger made above, or have one of their own.
    hideFromRequest(request, names)
    done()
  })
}

/** Takes them out of one request, such as one that is only explained, and has passed no logger. */
export function hideFromRequest ({ raw, query }: FastifyRequest, names: ReadonlySet<string>): void {
  hideFrom(raw, names)
  for (const name of names) delete (Object(query) as Record<string, unknown>)[name]
}

function hideFrom (raw: { url?: string | undefined }, names: ReadonlySet<string>): void {
  const { url, taken } = takeParameters(raw.url!, (name) => names.has(name))
  if (taken.length === 0) return
  hidden.set(raw, taken)
  raw.url = url
}
