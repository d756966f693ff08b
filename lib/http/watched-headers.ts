const kWatched = Symbol('fastify-version-gateway.watched')

/** Is notified when headers are read. */
export interface HeaderReader {
  /** @param name in lower case */
  onRead (name: string): void
  /** Called when headers are read in a way that does not show which ones. */
  onReadAll (): void
}

interface Watched {
  readonly [kWatched]?: { readonly rawHeaders: readonly string[], readonly reader: HeaderReader }
}

/** Wraps `request.headers` to report which headers are read. Writes change the original. */
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

/** Wraps `request.rawHeaders` in the same way. The gateway's own functions read it by name, and report that name. */
export function watchedRawHeaders (rawHeaders: string[], reader: HeaderReader): string[] {
  return new Proxy(rawHeaders, {
    get (target, name) {
      if (name === kWatched) return { rawHeaders: target, reader }
      if (name !== 'constructor') reader.onReadAll()
      return Reflect.get(target, name) as unknown
    }
  })
}

/** Returns the field lines without the wrapper, and reports that a header is read. @param name in lower case */
export function unwatched (rawHeaders: readonly string[], name: string): readonly string[] {
  const watched = (rawHeaders as Watched)[kWatched]
  if (watched === undefined) return rawHeaders
  watched.reader.onRead(name)
  return watched.rawHeaders
}

/** Ignores names that every object has, such as `constructor`, because they are not headers. */
function report (name: string | symbol, reader: HeaderReader): void {
  if (typeof name === 'string' && !(name in Object.prototype)) reader.onRead(name)
}
