import { EventEmitter } from 'node:events'
import type { VersionEventMap, VersionEvents } from '../../types/index.ts'

/** Emits the registry's events. A listener that fails affects neither the other listeners nor the request that caused the event. */
export class VersionEventEmitter {
  readonly events: VersionEvents = new EventEmitter<VersionEventMap>()
  /** Receives what listeners throw or reject with. */
  onListenerError: (error: unknown) => void = () => {}

  emit<Name extends keyof VersionEventMap> (name: Name, event: VersionEventMap[Name][0]): void {
    for (const listener of this.events.rawListeners(name)) {
      try {
        const result: unknown = Reflect.apply(listener, this.events, [Object.freeze(event)])
        if (result instanceof Promise) result.catch(this.onListenerError)
      } catch (error) {
        this.onListenerError(error)
      }
    }
  }
}
