import type { RolloutGroup, RolloutGuard } from '../../../types/index.ts'

/** Compares the cohort of a rollout with the control group. @returns the reason to stop, or `null` */
export function judge (guard: Required<RolloutGuard>, cohort: RolloutGroup, control: RolloutGroup): string | null {
  const { minRequests, maxErrorRate, maxDelta } = guard
  if (cohort.failed === 0 || cohort.requests < minRequests) return null
  const [rate, normal] = [rateOf(cohort), rateOf(control)]
  const figures = `${describe(cohort)} failed in the cohort, ${describe(control)} in the control group`
  if (rate > maxErrorRate) return `${figures}; at most ${inPercent(maxErrorRate)} may fail`
  if (control.requests > 0 && rate - normal > maxDelta) return `${figures}; the difference may be at most ${inPercent(maxDelta)}`
  return null
}

function rateOf ({ requests, failed }: RolloutGroup): number {
  return requests === 0 ? 0 : failed / requests
}

function describe (group: RolloutGroup): string {
  return `${group.failed} of ${group.requests} requests (${inPercent(rateOf(group))})`
}

function inPercent (rate: number): string {
  return `${Math.round(rate * 10_000) / 100} %`
}
