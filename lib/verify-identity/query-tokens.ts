import type { FastifyInstance } from 'fastify'

/** The values of query parameters that were taken out of URLs. */
const hidden = new WeakMap<object, ReadonlyMap<string, readonly string[]>>()

/** The values of a query parameter that was taken out of a request's URL. */
export function hiddenValues (raw: object, name: string): readonly string[] {
  return hidden.get(raw)?.get(name) ?? []
}

/**
 * Takes query parameters out of the URLs of requests, before the first line about one is logged: making its
 * logger is the first that Fastify does with a request. URLs stay byte for byte what they are otherwise.
 */
export function hideQueryTokens (app: FastifyInstance, names: ReadonlySet<string>): void {
  const makeLogger = app.childLoggerFactory
  app.setChildLoggerFactory(function (logger, bindings, options, raw) {
    hideFrom(raw, names)
    return makeLogger.call(this, logger, bindings, options, raw)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    // Again, for routes that are older than the logger made above, or have one of their own.
    hideFrom(request.raw, names)
    const query = Object(request.query) as Record<string, unknown>
    for (const name of names) delete query[name]
    done()
  })
}

function hideFrom (raw: { url?: string | undefined }, names: ReadonlySet<string>): void {
  const [path, query] = splitOnce(raw.url!, '?')
  if (query === undefined) return
  const values = new Map<string, string[]>()
  const kept = query.split('&').filter((pair) => {
    const [name, value = ''] = splitOnce(pair, '=')
    if (!names.has(decode(name))) return true
    values.set(decode(name), [...values.get(decode(name)) ?? [], decode(value)])
    return false
  })
  if (values.size === 0) return
  hidden.set(raw, values)
  raw.url = kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

function splitOnce (text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** As forms are decoded; what cannot be stays as it is. */
function decode (text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
