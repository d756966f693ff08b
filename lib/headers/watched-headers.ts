const kWatched = Symbol('fastify-version-gateway.watched')

/** Learns which headers are read. */
export interface HeaderReader {
  /** @param name in lower case */
  onRead (name: string): void
  /** Headers are read in a way that does not tell which ones. */
  onReadAll (): void
}

interface Watched {
  readonly [kWatched]?: { readonly rawHeaders: readonly string[], readonly reader: HeaderReader }
}

/** Headers by name that report what is read of them. Writing changes the original. */
export function watchedHeaders<Headers extends object> (headers: Headers, reader: HeaderReader): Headers {
  return new Proxy(headers, {
    get (target, name) {
      report(name, reader)
      return Reflect.get(target, name) as unknown
    },
    has (target, name) {
      report(name, reader)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor (target, name) {
      report(name, reader)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys (target) {
      reader.onReadAll()
      return Reflect.ownKeys(target)
    }
  })
}

/** The same for the list of all field lines. Functions of the gateway that read it by name report the name. */
export function watchedRawHeaders (rawHeaders: string[], reader: HeaderReader): string[] {
  return new Proxy(rawHeaders, {
    get (target, name) {
      if (name === kWatched) return { rawHeaders: target, reader }
      if (name !== 'constructor') reader.onReadAll()
      return Reflect.get(target, name) as unknown
    }
  })
}

/** The field lines to read a header from, which may be watched. @param name in lower case */
export function unwatched (rawHeaders: readonly string[], name: string): readonly string[] {
  const watched = (rawHeaders as Watched)[kWatched]
  if (watched === undefined) return rawHeaders
  watched.reader.onRead(name)
  return watched.rawHeaders
}

/** Names that every object has, such as `constructor`, are no headers. */
function report (name: string | symbol, reader: HeaderReader): void {
  if (typeof name === 'string' && !(name in Object.prototype)) reader.onRead(name)
}
