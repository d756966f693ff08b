import { type ColdTokens, extraCost } from './measure/cold-tokens.ts'
import type { Measured } from './measure/rounds.ts'
import { ratios, type Spread, spreadOf } from './measure/statistics.ts'
import { type Algorithm, algorithms } from './tokens.ts'

/** All that was measured. */
export interface Results {
  /** By the scenario's id. */
  readonly scenarios: Readonly<Record<string, readonly Measured[]>>
  readonly coldTokens: readonly ColdTokens[]
  /** MB, by what the slow clients did. */
  readonly growth: Readonly<Partial<Record<'down' | 'up', number>>>
}

/** Something to reach, of section "Goals" of the design. */
export interface Goal {
  readonly id: string
  readonly text: string
  readonly atMost: number
  readonly unit: 'times' | 'MB'
  /** The scenario that it is measured in, and who has to take part. */
  readonly scenario: string
  readonly needs: readonly string[]
  value (results: Results): Spread | null
}

export const goals: readonly Goal[] = [
  cpuGoal('P1', 'P1', 'ours', 'bare', 0.65),
  cpuGoal('P1', 'P1', 'ours', 'floor', 1.25),
  cpuGoal('P2', 'P2', 'ours', 'assembly', 0.5),
  cpuGoal('P2', 'P2', 'ours', 'haproxy-jwt', 1),
  cpuGoal('P3', 'P3', 'ours', 'bare', 0.45),
  cpuGoal('P4', 'P4-down', 'ours', 'bare', 0.65),
  cpuGoal('P4', 'P4-up', 'ours', 'bare', 0.65),
  ...algorithms.map(coldGoal),
  cpuGoal('P6', 'P6', 'ours: 1,000 versions', 'ours: 2 versions', 1.05),
  cpuGoal('P6', 'P6', 'ours: a map of 1,000,000 tenants', 'ours: 2 versions', 1.05),
  cpuGoal('P6', 'P6', 'ours: 20 silent resolvers', 'ours: 2 versions', 1.05),
  cpuGoal('metrics', 'metrics', 'ours: with metrics', 'ours: without metrics', 1.03),
  growthGoal('down', 'memory for 200 slow downloads of 10 MB'),
  growthGoal('up', 'memory for 200 slow uploads of 10 MB'),
  latencyGoal('p50'),
  latencyGoal('p99')
]

function cpuGoal (id: string, scenario: string, of: string, to: string, atMost: number): Goal {
  return {
    id,
    text: `${scenario === id ? '' : `${scenario}: `}CPU for a request, ${of} / ${to}`,
    atMost,
    unit: 'times',
    scenario,
    needs: [of, to],
    value ({ scenarios }) {
      const [one, other] = [find(scenarios[scenario], of), find(scenarios[scenario], to)]
      return one === undefined || other === undefined ? null : ratios(one.cpu, other.cpu)
    }
  }
}

/** Below the peer: a tie is none. */
function latencyGoal (percentile: 'p50' | 'p99'): Goal {
  return {
    id: 'P8',
    text: `${percentile} at half of the rate, ours / bare`,
    atMost: 1,
    unit: 'times',
    scenario: 'P1',
    needs: ['ours', 'bare'],
    value ({ scenarios: { P1: field } }) {
      const [one, other] = [find(field, 'ours'), find(field, 'bare')]
      if (one === undefined || other === undefined) return null
      return ratios(one.latencies.map((latency) => latency[percentile]), other.latencies.map((latency) => latency[percentile]))
    }
  }
}

/** Both in one process, so that it is the same work that is compared: under load, an interrupted core costs either of them more. */
function coldGoal (algorithm: Algorithm): Goal {
  return {
    id: 'P5',
    text: `the extra of an unknown token of ${algorithm} / one crypto.verify`,
    atMost: 1.5,
    unit: 'times',
    scenario: 'P5',
    needs: [],
    value ({ coldTokens }) {
      const measured = coldTokens.find((each) => each.algorithm === algorithm)
      return measured === undefined ? null : ratios(extraCost(measured), measured.bare)
    }
  }
}

function growthGoal (direction: 'down' | 'up', text: string): Goal {
  return {
    id: 'P7',
    text,
    atMost: 64,
    unit: 'MB',
    scenario: 'P7',
    needs: [],
    value: ({ growth }) => growth[direction] === undefined ? null : spreadOf([growth[direction]])
  }
}

/** One who has taken part. */
function find (field: readonly Measured[] | undefined, key: string): Measured | undefined {
  return field?.find((measured) => measured.key === key && measured.absence === null)
}

/** What has become of a goal; `not measured` where somebody was not there. */
export function verdictOn (goal: Goal, results: Results): { readonly value: Spread | null, readonly verdict: 'met' | 'missed' | 'not measured' } {
  const value = goal.value(results)
  if (value === null) return { value, verdict: 'not measured' }
  return { value, verdict: value.median <= goal.atMost ? 'met' : 'missed' }
}
