let users = 0

/** Whether a gateway in this process has `forward.compatibility`. Other modules see changes of this binding. */
export let isCompatible = false

/**
 * Turns off the use of Node internals in the whole process: gateways share memory and the classes of Node.
 *
 * @returns ends it
 */
export function enableCompatibility (): () => void {
  users++
  isCompatible = true
  return () => { isCompatible = --users > 0 }
}
