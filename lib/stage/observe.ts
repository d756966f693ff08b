import type { FastifyInstance } from 'fastify'
import { contextOf, declareContext } from './context.ts'
import { isForwarding } from './forwarding-route.ts'
import { isFinished, Observation } from './observation.ts'

/** Called for every request when it is complete. */
export type Observer = (observation: Observation) => void

/** Observers by the scope that they observe. */
const observersOf = new WeakMap<FastifyInstance, Observer[]>()

/**
 * Observes all requests of a scope, also refused ones and those outside of the gateway. Routes with `observed: false` and dry
 * runs are excluded.
 */
export function observe (app: FastifyInstance, observer: Observer): void {
  const others = observersOf.get(app)
  if (others !== undefined) {
    others.push(observer)
    return
  }
  const observers = [observer]
  observersOf.set(app, observers)
  declareContext(app)
  app.addHook('onRequest', (request, reply, done) => {
    const { config } = request.routeOptions
    const context = contextOf(request)
    if (config?.observed === false || context.dryRun !== null) return done()
    // A parent scope may observe the request as well.
    const observation = context.observation ??= new Observation(request, reply)
    if (!isForwarding(config)) observation.countBody()
    reply.raw.on('close', () => {
      observation.endedAt = performance.now()
      // If the response was aborted, the exchange learns of it after this event, and still has to record the failure.
      if (isFinished(reply.raw)) callObservers(observers, observation)
      else process.nextTick(callObservers, observers, observation)
    })
    done()
  })
  // Refusals, and responses of hooks. Forwarded responses do not pass these hooks.
  app.addHook('onSend', function countVersionGatewayBody (request, _reply, _payload, done) {
    contextOf(request).observation?.countBody()
    done()
  })
}

/** Calls the observers. One that throws affects neither the others nor the process. */
function callObservers (observers: readonly Observer[], observation: Observation): void {
  for (const observer of observers) {
    try {
      observer(observation)
    } catch (err) {
      observation.request.log.error({ err }, 'observer of requests failed')
    }
  }
}
