import type { Test } from 'tap'

/** A timer that only the test fires. */
export interface HeldTimer {
  fire: () => void
  /** How often it was restarted. */
  refreshed: number
  isCleared: boolean
}

/** Holds back all timers with this delay. @returns the timers in the order in which they were set */
export function holdTimers (t: Test, length: number): HeldTimer[] {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const held: Array<HeldTimer & Partial<NodeJS.Timeout>> = []
  const hold = (fire: () => void): NodeJS.Timeout => {
    const timer = {
      fire, refreshed: 0, isCleared: false, refresh: () => { timer.refreshed++ }, unref: () => timer
    } as HeldTimer & NodeJS.Timeout
    held.push(timer)
    return timer
  }
  t.intercept(globalThis, 'setTimeout', {
    value: (callback: () => void, delay?: number, ...args: []) => delay === length ? hold(callback) : set(callback, delay, ...args)
  })
  t.intercept(globalThis, 'clearTimeout', {
    value: (timer: NodeJS.Timeout) => {
      const own = held.find((each) => each === timer)
      if (own === undefined) clear(timer)
      else own.isCleared = true
    }
  })
  return held
}
