import { types } from 'node:util'
import type { Dispatcher } from 'undici'

// Touches: the options of undici's agents, which are behind a private symbol, and the symbols of its global dispatchers, which all
// copies of undici and Node itself share. Gains: an agent that an app has set before it loads the gateway is found. Without it, such
// an agent would be mistaken for undici's own default, and keys would be fetched without the app's settings. It only reads, so
// `compatibility` does not turn it off.

/** The places of the global dispatcher: of undici 8, and of earlier versions and Node. undici 7.30 writes both. */
const places = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')]

/** Agents that do the same as the gateway's own, and the wrapper that undici 8 makes for earlier versions. */
const defaults = new Set(['Agent', 'EnvHttpProxyAgent', 'Dispatcher1Wrapper'])

const holder = globalThis as { [place: symbol]: Dispatcher | undefined }

/** The dispatchers that undici has set itself. It does so when it is loaded. */
const initial = new Set(places.flatMap((place) => holder[place] ?? []).filter(isDefault))

/** Returns the global dispatcher of undici, if the app has set one. */
export function globalDispatcher (): Dispatcher | undefined {
  for (const place of places) {
    const dispatcher = holder[place]
    if (dispatcher !== undefined && !initial.has(dispatcher)) return dispatcher
  }
  return undefined
}

/** Whether an agent has no options and no interceptors, which undici adds with a proxy. */
function isDefault (dispatcher: Dispatcher): boolean {
  if (types.isProxy(dispatcher) || !defaults.has(dispatcher.constructor.name)) return false
  const symbol = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === 'options')
  const options = symbol === undefined ? {} : (dispatcher as unknown as Record<symbol, object>)[symbol]
  return Object.values(options ?? {}).every((value) => value === undefined || value === Infinity)
}
