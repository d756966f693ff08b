import type { Target } from './target.ts'

/** Chooses one of the targets. The list is never empty. */
export type LoadBalancer = (targets: readonly Target[]) => Target

export function roundRobin (): LoadBalancer {
  let turn = 0
  return (targets) => targets[turn++ % targets.length]!
}

/**
 * Picks two targets at random and takes the less busy one. The load is nearly as even as with a full comparison, and
 * requests do not all rush to the idlest target.
 */
export function leastRequests (random: () => number = Math.random): LoadBalancer {
  return (targets) => {
    const [one, other] = [0, 0].map(() => targets[Math.floor(random() * targets.length)]!)
    return one!.pending <= other!.pending ? one! : other!
  }
}
