let users = 0

/** Whether a gateway in this process has `forward.compatibility`. */
export function isCompatible (): boolean {
  return users > 0
}

/**
 * Turns off what touches internals of Node, in the whole process: gateways share memory and the classes of Node.
 *
 * @returns ends it
 */
export function beCompatible (): () => void {
  users++
  return () => { users-- }
}
