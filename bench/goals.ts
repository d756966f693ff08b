import { type ColdTokens, extraCost } from './measure/cold-tokens.ts'
import type { ContenderResult } from './measure/rounds.ts'
import { ratios, type Spread, spreadOf } from './measure/statistics.ts'
import { routeProperties } from './scenarios.ts'
import { type Algorithm, algorithms } from './tokens.ts'

/** The samples of one run. */
export interface Results {
  /** By scenario id. */
  readonly scenarios: Readonly<Record<string, readonly ContenderResult[]>>
  readonly coldTokens: readonly ColdTokens[]
  /** Memory growth in MB with slow clients. */
  readonly growth: Readonly<Partial<Record<'down' | 'up', number>>>
}

/** An upper limit for a ratio or for memory. README.md lists them all. */
export interface Goal {
  readonly id: string
  readonly text: string
  readonly atMost: number
  readonly unit: 'ratio' | 'MB'
  /** The scenario to measure, and the keys of the contenders that the goal compares. */
  readonly scenario: string
  readonly needs: readonly string[]
  /** @returns `null` if a contender is unavailable or was not measured */
  value (results: Results): Spread | null
}

const [oneLimit, onePluginLimit] = ['ours: one limit', 'ours: one limit of @fastify/rate-limit'] as const

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
  cpuGoal('P6', 'P6', 'ours: tenant map of 1,000,000', 'ours: 2 versions', 1.05),
  cpuGoal('P6', 'P6', 'ours: 20 resolvers without an opinion', 'ours: 2 versions', 1.05),
  ...routeProperties.map((by) => cpuGoal('P9', `P9-${by}`, 'ours: 10,000 routes', 'ours: 10 routes', 1.05)),
  cpuGoal('P10', 'P10', 'ours: rollout', 'ours: no draw', 1.03),
  cpuGoal('P10', 'P10', 'ours: weighted targets', 'ours: rule with one target', 1.03),
  cpuGoal('P10', 'P10', 'ours: sticky targets', 'ours: rule with one target', 1.03),
  cpuGoal('metrics', 'metrics', 'ours: with metrics', 'ours: without metrics', 1.03),
  cpuGoal('P11', 'P11-memory', 'ours: with three limits', 'ours: without limits', 1.05),
  redisGoal('requests/s, @fastify/rate-limit / ours', ({ rates }) => rates, 'plugin'),
  redisGoal('p99 at half the rate, ours / @fastify/rate-limit', ({ latencies }) => latencies.map(({ p99 }) => p99), 'ours'),
  growthGoal('down', 'memory growth, 200 slow downloads of 10 MB'),
  growthGoal('up', 'memory growth, 200 slow uploads of 10 MB'),
  latencyGoal('P8', 'P1', 'p50', 'ours', 'bare', 1),
  latencyGoal('P8', 'P1', 'p99', 'ours', 'bare', 1),
  latencyGoal('P12', 'P12', 'p99', 'ours: 10 % mirrored', 'ours: without mirrors', 1.05)
]

type Samples = (result: ContenderResult) => readonly number[]

function cpuGoal (id: string, scenario: string, key: string, baseline: string, atMost: number): Goal {
  const text = `${scenario === id ? '' : `${scenario}: `}CPU per request, ${key} / ${baseline}`
  return ratioGoal({ id, text, atMost, scenario }, key, baseline, ({ cpu }) => cpu)
}

function latencyGoal (id: string, scenario: string, percentile: 'p50' | 'p99', key: string, baseline: string, atMost: number): Goal {
  const text = `${percentile} at half the rate, ${key} / ${baseline}`
  return ratioGoal({ id, text, atMost, scenario }, key, baseline, ({ latencies }) => latencies.map((latency) => latency[percentile]))
}

/** @param numerator whose samples are divided by those of the other one */
function redisGoal (text: string, samplesOf: Samples, numerator: 'ours' | 'plugin'): Goal {
  const [key, baseline] = numerator === 'ours' ? [oneLimit, onePluginLimit] : [onePluginLimit, oneLimit]
  return ratioGoal({ id: 'P11', text: `P11-redis: ${text}`, atMost: 1, scenario: 'P11-redis' }, key, baseline, samplesOf)
}

/** Makes a goal for the samples of a contender, divided by those of a baseline in the same scenario. */
function ratioGoal (goal: Pick<Goal, 'id' | 'text' | 'atMost'> & { scenario: string }, key: string, baseline: string, samplesOf: Samples): Goal {
  return {
    ...goal,
    unit: 'ratio',
    needs: [key, baseline],
    value ({ scenarios }) {
      const [result, other] = [key, baseline].map((each) => find(scenarios[goal.scenario], each))
      return result === undefined || other === undefined ? null : ratios(samplesOf(result), samplesOf(other))
    }
  }
}

/** Measured in one process without load: under load, interruptions of the core would distort the difference. */
function coldGoal (algorithm: Algorithm): Goal {
  return {
    id: 'P5',
    text: `extra cost of an unknown ${algorithm} token / one crypto.verify`,
    atMost: 1.5,
    unit: 'ratio',
    scenario: 'P5',
    needs: [],
    value ({ coldTokens }) {
      const result = coldTokens.find((each) => each.algorithm === algorithm)
      return result === undefined ? null : ratios(extraCost(result), result.bare)
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

function find (results: readonly ContenderResult[] | undefined, key: string): ContenderResult | undefined {
  return results?.find((result) => result.key === key && result.unavailable === null)
}

export function verdictOn (goal: Goal, results: Results): { readonly value: Spread | null, readonly verdict: 'met' | 'missed' | 'not measured' } {
  const value = goal.value(results)
  if (value === null) return { value, verdict: 'not measured' }
  return { value, verdict: value.median <= goal.atMost ? 'met' : 'missed' }
}
