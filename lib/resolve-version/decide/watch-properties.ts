import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Is notified when a property is read on which `Vary` cannot depend. */
export interface PropertyReader {
  /** The connection of the client, and so its address. */
  onReadConnection (): void
  /** A property that the app has added, which may hold anything. */
  onReadAdded (name: string): void
}

/** The properties of one object that are watched, with their own descriptors; `undefined` for inherited ones. */
interface Shadow {
  readonly watch: Watch
  readonly properties: Map<PropertyKey, PropertyDescriptor | undefined>
}

interface Watch {
  readonly reader: PropertyReader
  /** Whether the host or the scheme is being read: they do not depend on the client, although their getters read the socket. */
  isPaused: boolean
}

/**
 * Properties that are part of a cache's key (method and URL), that are watched as headers or verified as identity, or that no
 * caller can influence.
 */
const neutral = new Set<PropertyKey>([
  'id', 'params', 'raw', 'query', 'log', 'body', 'headers', 'cookies', 'identity', 'version', 'isDryRun', 'server', 'url', 'originalUrl',
  'method', 'routeOptions', 'is404', 'signal', 'host', 'hostname', 'port', 'protocol', 'mediaType', 'validationError', 'getValidationFunction',
  'compileValidationSchema', 'validateInput', 'getDecorator', 'setDecorator'
])
/** Getters of Fastify read the first of these on the raw request. */
const connection = new Set<PropertyKey>(['socket', 'client', 'ip', 'ips'])
const pausing = new Set<PropertyKey>(['host', 'protocol'])
const neutralOfRaw = new Set([...Object.keys(new IncomingMessage(new Socket())), 'headers', 'originalUrl', 'id', 'log', 'query', 'hostname'])

const shadows = new WeakMap<object, Shadow>()

/**
 * Watches the properties of a request that `Vary` cannot name. It shadows them on the request itself, because app code may compare
 * requests, or use them as keys.
 *
 * @returns ends the watch
 */
export function watchProperties (request: FastifyRequest, reader: PropertyReader): () => void {
  const { raw } = request
  const watch = { reader, isPaused: false }
  const ofRequest: Shadow = { watch, properties: new Map() }
  const ofRaw: Shadow = { watch, properties: new Map() }
  for (const name of Reflect.ownKeys(request)) if (!isNeutral(name)) shadow(request, name, ofRequest)
  for (const name of gettersOf(Object.getPrototypeOf(request) as object)) shadow(request, name, ofRequest)
  for (const name of pausing) shadow(request, name, ofRequest)
  for (const name of Object.keys(raw)) if (!neutralOfRaw.has(name) && !name.startsWith('_')) shadow(raw, name, ofRaw)
  shadow(raw, 'socket', ofRaw)
  shadow(raw, 'client', ofRaw)
  shadows.set(request, ofRequest)
  shadows.set(raw, ofRaw)
  return () => {
    restore(request, ofRequest)
    restore(raw, ofRaw)
  }
}

/** The symbols of Fastify and of the gateway begin with its name. */
function isNeutral (name: PropertyKey): boolean {
  return typeof name === 'symbol' ? name.description?.startsWith('fastify') === true : neutral.has(name)
}

function shadow (holder: object, name: PropertyKey, { properties }: Shadow): void {
  if (properties.has(name)) return
  const own = Object.getOwnPropertyDescriptor(holder, name)
  if (own?.configurable === false || (own === undefined && !(name in holder))) return
  properties.set(name, own)
  Object.defineProperty(holder, name, accessors(name, own?.enumerable === true))
}

/** Restores the properties, in reverse order: then V8 also restores the hidden class of the object. */
function restore (holder: object, { properties }: Shadow): void {
  shadows.delete(holder)
  for (const [name, own] of [...properties].reverse()) {
    if (own === undefined) Reflect.deleteProperty(holder, name)
    else Object.defineProperty(holder, name, own)
  }
}

const known = { enumerable: new Map<PropertyKey, PropertyDescriptor>(), hidden: new Map<PropertyKey, PropertyDescriptor>() }

/** All requests share the accessors of a property: with separate functions, each request would get its own hidden class. */
function accessors (name: PropertyKey, enumerable: boolean): PropertyDescriptor {
  const all = enumerable ? known.enumerable : known.hidden
  const found = all.get(name)
  if (found !== undefined) return found
  const made: PropertyDescriptor = {
    get (this: object) { return read(this, name) },
    set (this: object, value: unknown) { write(this, name, value) },
    enumerable,
    configurable: true
  }
  // An app might use names without end.
  if (all.size < 1000) all.set(name, made)
  return made
}

function read (holder: object, name: PropertyKey): unknown {
  const { watch, properties } = shadows.get(holder)!
  if (!watch.isPaused) {
    if (pausing.has(name)) return paused(watch, () => valueOf(holder, name, properties.get(name)))
    if (connection.has(name)) watch.reader.onReadConnection()
    else watch.reader.onReadAdded(String(name))
  }
  return valueOf(holder, name, properties.get(name))
}

function valueOf (holder: object, name: PropertyKey, own: PropertyDescriptor | undefined): unknown {
  if (own === undefined) return Reflect.get(Object.getPrototypeOf(holder) as object, name, holder)
  return 'value' in own ? own.value : own.get?.call(holder)
}

function paused<Value> (watch: Watch, get: () => Value): Value {
  watch.isPaused = true
  try {
    return get()
  } finally {
    watch.isPaused = false
  }
}

function write (holder: object, name: PropertyKey, value: unknown): void {
  const { properties } = shadows.get(holder)!
  const own = properties.get(name)
  if (own !== undefined && !('value' in own)) own.set?.call(holder, value)
  else if (own !== undefined) own.value = value
  else Reflect.set(Object.getPrototypeOf(holder) as object, name, value, holder)
}

const getters = new WeakMap<object, readonly string[]>()

/** Returns the getters that the app has added to a prototype: they may return what hooks have stored elsewhere. */
function gettersOf (prototype: object): readonly string[] {
  const known = getters.get(prototype)
  if (known !== undefined) return known
  const found: string[] = []
  const parentOf = (each: object): object | null => Object.getPrototypeOf(each) as object | null
  for (let each: object | null = prototype; each !== null && each !== Object.prototype; each = parentOf(each)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (get !== undefined && !neutral.has(name) && !connection.has(name)) found.push(name)
    }
  }
  getters.set(prototype, found)
  return found
}
