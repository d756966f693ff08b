// npm run bench -- --against <folder>: compares this build with that of another checkout, in alternating rounds.
//
// The other checkout may be older. It contributes two scripts, which read their settings from BENCH_SETTING and print one
// line of JSON: contenders/ours.js and measure/cold-tokens-process.js. Scenarios and load are those of this checkout.
import { ownCheckout } from './checkout.ts'
import { type Contender, contenders, gatewayOf } from './contenders.ts'
import { extraCost, measureColdTokens } from './measure/cold-tokens.ts'
import { inTurn, measureScenario, type Plan, roundsPerLaunch } from './measure/rounds.ts'
import { measureGrowth } from './measure/slow-clients.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { algorithms, makeTokens } from './tokens.ts'

/** The samples of one measure, taken from both builds in the same rounds. */
export interface Comparison {
  readonly id: string
  readonly measure: string
  readonly ours: readonly number[]
  readonly other: readonly number[]
}

/** A built checkout of this package. */
interface Build {
  readonly checkout: string
  readonly gateway: Contender
}

type Builds = readonly [ours: Build, other: Build]

export async function measureAgainst (checkout: string, plan: Plan, isWanted: (id: string) => boolean): Promise<Comparison[]> {
  const builds: Builds = [
    { checkout: ownCheckout, gateway: contenders.ours },
    { checkout, gateway: gatewayOf(checkout) }
  ]
  const comparisons: Comparison[] = []
  for (const scenario of scenariosFor(builds)) {
    const latencyRounds = scenario.id === 'P1' && isWanted('P8') ? roundsPerLaunch : 0
    if (isWanted(scenario.id) || latencyRounds > 0) comparisons.push(...await compareScenario(scenario, { ...plan, latencyRounds }))
  }
  if (isWanted('P5')) comparisons.push(...await compareColdTokens(builds, plan))
  if (isWanted('P7')) comparisons.push(...await compareGrowth(builds, plan))
  return comparisons.filter(({ id }) => isWanted(id))
}

/** Every form of our gateway becomes a scenario with one process per build. P5 is measured without load instead. */
function scenariosFor ([ours, other]: Builds): Scenario[] {
  return scenarios.filter(({ id }) => id !== 'P5').flatMap((scenario) => scenario.entries
    .filter(({ contender }) => contender === ours.gateway)
    .map((entry) => ({
      ...scenario,
      title: entry.form ?? scenario.title,
      isOneProcess: false,
      entries: [entry, { ...entry, contender: other.gateway }]
    })))
}

async function compareScenario (scenario: Scenario, plan: Plan): Promise<Comparison[]> {
  logProgress(scenario.id, scenario.title)
  const [ours, other] = await measureScenario(scenario, plan)
  const percentiles = plan.latencyRounds === 0 ? [] : ['p50', 'p99'] as const
  return [
    { id: scenario.id, measure: `CPU us/request: ${scenario.title}`, ours: ours!.cpu, other: other!.cpu },
    ...percentiles.map((percentile) => ({
      id: 'P8',
      measure: `${percentile} ms at half the rate`,
      ours: ours!.latencies.map((latency) => latency[percentile]),
      other: other!.latencies.map((latency) => latency[percentile])
    }))
  ]
}

async function compareColdTokens (builds: Builds, plan: Plan): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const algorithm of algorithms) {
    const measure = `CPU us: extra cost of an unknown ${algorithm} token`
    logProgress('P5', measure)
    const tokens = await makeTokens(plan.folder, algorithm)
    const sample = async ({ checkout }: Build): Promise<number> => extraCost(await measureColdTokens(checkout, tokens, 1))[0]!
    comparisons.push({ id: 'P5', measure, ...await alternate(builds, plan.rounds, sample) })
  }
  return comparisons
}

/** Each sample needs a new process, so there is one sample per launch instead of one per round. */
async function compareGrowth (builds: Builds, plan: Plan): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const direction of ['down', 'up'] as const) {
    const measure = `MB: memory growth, 200 slow ${direction}loads of 10 MB`
    logProgress('P7', measure)
    const sample = ({ gateway }: Build): Promise<number> => measureGrowth(gateway, direction, plan)
    comparisons.push({ id: 'P7', measure, ...await alternate(builds, Math.ceil(plan.rounds / roundsPerLaunch), sample) })
  }
  return comparisons
}

type Samples = Pick<Comparison, 'ours' | 'other'>

async function alternate (builds: Builds, rounds: number, sample: (build: Build) => Promise<number>): Promise<Samples> {
  const samples = { ours: [] as number[], other: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const build of inTurn(builds, round)) samples[build === builds[0] ? 'ours' : 'other'].push(await sample(build))
  }
  return samples
}

/** The table comes last, and a full comparison takes a quarter of an hour. */
function logProgress (id: string, text: string): void {
  console.error(`${id}  ${text}`)
}
