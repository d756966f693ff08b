/** Waits until a condition is met. */
export async function until (condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setImmediate(resolve))
}
