import type { Target } from './target.ts'

/** Chooses one of several targets, of which there is at least one. */
export type Balance = (targets: readonly Target[]) => Target

/** Each in its turn. */
export function roundRobin (): Balance {
  let turn = 0
  return (targets) => targets[turn++ % targets.length]!
}

/** The less busy of two random ones: nearly as even as asking all, and without a rush to the idlest. */
export function leastRequests (random: () => number = Math.random): Balance {
  return (targets) => {
    const [one, other] = [0, 0].map(() => targets[Math.floor(random() * targets.length)]!)
    return one!.pending <= other!.pending ? one! : other!
  }
}
