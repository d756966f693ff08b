import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isPromise } from '../shared/maybe-promise.ts'
import { contextOf, extendScope, scopeOf } from './context.ts'

/** How often a property may be set without an effect on a function, until it is ignored. */
const mostExamined = 10

/** Fastify and the gateway set these. */
const ofOthers = new Set(['id', 'params', 'raw', 'query', 'log', 'body', 'identity', 'version'])

/**
 * A function of the app that may read what a hook of a route sets, such as `request.user`. If hooks set a property of the request after
 * it was called, it is called again before the handler. The app is warned once if it reads this property and finds something else.
 */
export class LateReader {
  readonly #read: (request: FastifyRequest) => unknown
  readonly #warn: (request: FastifyRequest) => void
  readonly #examined = new Map<string, number>()
  /** The properties that the app has declared. */
  #declared: readonly string[] | undefined
  #hasWarned = false

  /** @param read returns what the function finds, sync or async, and `null` or `undefined` for nothing */
  constructor (read: (request: FastifyRequest) => unknown, warn: (request: FastifyRequest) => void) {
    this.#read = read
    this.#warn = warn
  }

  /** Schedules another check, which runs before the handler. @param before the result of the function so far */
  found (request: FastifyRequest, before: string | null): void {
    const context = contextOf(request)
    if (this.#hasWarned || context.dryRun !== null) return
    this.#declared ??= Object.keys(request).filter((name) => !ofOthers.has(name))
    context.lateCheck ??= {
      unset: this.#declared.filter((name) => !isSet(request, name)), count: Object.keys(request).length, calls: []
    }
    context.lateCheck.calls.push({ reader: this, before })
  }

  /** @param late the properties that were set later */
  async check (request: FastifyRequest, late: readonly string[], before: string | null): Promise<void> {
    const suspects = late.filter((name) => (this.#examined.get(name) ?? 0) < mostExamined)
    if (this.#hasWarned || suspects.length === 0) return
    for (const name of suspects) this.#examined.set(name, (this.#examined.get(name) ?? 0) + 1)
    const { result, hasRead } = await watchReads(request, suspects, () => this.#read(request))
    const after = result ?? null
    if (!hasRead || after === null || after === before || this.#hasWarned) return
    this.#hasWarned = true
    this.#warn(request)
  }
}

/** Lets late readers check the requests of a scope. */
export function checkLateReaders (app: FastifyInstance): void {
  if (scopeOf(app).checksLateReaders) return
  extendScope(app, { checksLateReaders: true })
  app.addHook('onRoute', (route) => { route.preHandler = [...[route.preHandler ?? []].flat(), checkAgain] })
}

function checkAgain (request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const { lateCheck } = contextOf(request)
  if (lateCheck !== null) {
    const { unset, count, calls } = lateCheck
    const late = unset.filter((name) => isSet(request, name))
    const all = Object.keys(request)
    // Properties that are not declared are added at the end.
    if (all.length > count) late.push(...all.slice(count))
    // The function has failed for this request, so nothing is known.
    if (late.length > 0) for (const { reader, before } of calls) reader.check(request, late, before).catch(() => {})
  }
  done()
}

function isSet (request: FastifyRequest, name: string): boolean {
  return (request[name as keyof FastifyRequest] ?? null) !== null
}

/** Calls a function, and reports whether it reads one of these properties of a request. Getters of the app count as read. */
async function watchReads (
  request: FastifyRequest, names: readonly string[], call: () => unknown
): Promise<{ result: unknown, hasRead: boolean }> {
  let hasRead = false
  const restores = names.map((name) => {
    const own = Object.getOwnPropertyDescriptor(request, name)
    if (own?.configurable !== true || !('value' in own)) {
      hasRead = true
      return () => {}
    }
    let value: unknown = own.value
    const get = (): unknown => {
      hasRead = true
      return value
    }
    const set = (newValue: unknown): void => { value = newValue }
    Object.defineProperty(request, name, { get, set, enumerable: own.enumerable === true, configurable: true })
    return () => { Object.defineProperty(request, name, { ...own, value }) }
  })
  try {
    const result = call()
    return { result: isPromise(result) ? await result : result, hasRead }
  } finally {
    for (const restore of restores) restore()
  }
}
