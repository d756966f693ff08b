import { EventEmitter } from 'node:events'
import type { VersionEventMap, VersionEvents } from '../../types/index.ts'

/** Emits the registry's events. A listener that fails affects neither the other listeners nor the request that caused the event. */
export class Announcements {
  readonly events: VersionEvents = new EventEmitter<VersionEventMap>()
  /** Receives what listeners throw or reject with. */
  onFault: (error: unknown) => void = () => {}

  tell<Name extends keyof VersionEventMap> (name: Name, event: VersionEventMap[Name][0]): void {
    for (const listener of this.events.rawListeners(name)) {
      try {
        const result: unknown = Reflect.apply(listener, this.events, [Object.freeze(event)])
        if (result instanceof Promise) result.catch(this.onFault)
      } catch (error) {
        this.onFault(error)
      }
    }
  }
}
