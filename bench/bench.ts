// npm run bench: measures the cost of a request in this gateway and in other proxies. README.md explains the method.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureAgainst } from './against.ts'
import { ownCheckout } from './checkout.ts'
import { contenders } from './contenders.ts'
import { environment } from './environment.ts'
import { type Goal, goals, type Results, verdictOn } from './goals.ts'
import { measureGrowth } from './measure/slow-clients.ts'
import { Process } from './measure/process.ts'
import { hasRedis, startRedis } from './measure/redis.ts'
import { type ContenderResult, measureScenario, type Plan } from './measure/rounds.ts'
import { type ColdTokens, measureColdTokens } from './measure/cold-tokens.ts'
import { measureStages } from './micro.ts'
import { type Options, readOptions, usage } from './options.ts'
import { barsOf, curveOf, writePicture } from './report/pictures.ts'
import { profileTable } from './report/profile.ts'
import { comparisonTable, goalTable, scenarioTable, table } from './report/tables.ts'
import { benchUnder } from './runtimes.ts'
import { measureScale } from './scale.ts'
import { keyOf, type Scenario, scenarios } from './scenarios.ts'
import { algorithms, makeTokens } from './tokens.ts'

type Environment = Readonly<Record<string, string>>

const pictures = join(ownCheckout, 'docs/pictures')
const options = readOptionsOrExit()
const print = options.json ? console.error : console.log

if (options.help) print(usage)
else if (options.node.length > 0) process.exitCode = await benchUnder(options.node, process.argv.slice(2))
else process.exitCode = await bench()

/** @returns the exit code */
async function bench (): Promise<number> {
  const { against } = options
  const facts = { ...environment(), ...against !== null && { against } }
  print(table(Object.entries(facts)) + '\n')
  return await withUpstream(async (plan) => {
    if (against !== null) return await compareBuilds(against, plan, facts)
    if (options.profile) return await profile(plan)
    if (options.micro || options.scale) return await measureInProcess(plan, facts)
    return await measureGoals(plan, facts)
  })
}

function readOptionsOrExit (): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error((error as Error).message)
    process.exit(2)
  }
}

async function measureGoals (plan: Plan, facts: Environment): Promise<number> {
  const wanted = goals.filter(({ id }) => options.isWanted(id))
  const results = await measure(plan, wanted)
  const missed = wanted.filter((goal) => verdictOn(goal, results).verdict === 'missed')
  print(goalTable(wanted, results) + '\n')
  if (options.json) printJson({ environment: facts, ...results, goals: wanted.map((goal) => ({ ...goal, ...verdictOn(goal, results) })) })
  for (const { id, title } of options.pictures ? scenarios : []) {
    const contenderResults = results.scenarios[id]
    if (contenderResults?.[0]!.key === 'ours') print(await writePicture(pictures, id.toLowerCase(), barsOf(title, contenderResults)))
  }
  if (options.check) print(missed.length === 0 ? 'All measured goals are met.' : `Missed: ${[...new Set(missed.map(({ id }) => id))].join(', ')}`)
  return options.check && missed.length > 0 ? 1 : 0
}

async function compareBuilds (checkout: string, plan: Plan, facts: Environment): Promise<number> {
  const comparisons = await measureAgainst(checkout, plan, options.isWanted)
  print(comparisonTable(comparisons))
  if (options.json) printJson({ environment: facts, comparisons })
  return 0
}

/** Measures stages alone and with large configs, without load or other processes. */
async function measureInProcess ({ folder, setting }: Plan, facts: Environment): Promise<number> {
  const micro = options.micro ? await measureStages(folder, ({ name, p50, p99 }) => print(`  ${name.padEnd(42)}${ns(p50)}${ns(p99)}`)) : []
  const curves = options.scale
    ? await measureScale(setting.tokens, ({ name, points }) => print(`  ${name}: ${points.map(({ size, nanoseconds }) => `${size.toLocaleString('en')}: ${ns(nanoseconds).trim()}`).join(', ')}`))
    : []
  if (options.json) printJson({ environment: facts, micro, scale: curves })
  if (options.pictures) for (const curve of curves) print(await writePicture(pictures, `scale-${curve.name.replaceAll(' ', '-')}`, curveOf(curve)))
  return 0
}

async function profile (plan: Plan): Promise<number> {
  for (const scenario of scenarios.filter(({ id }) => options.isWanted(id))) {
    const folder = join(import.meta.dirname, '..', 'profiles', `${scenario.id}-node-${process.version}`)
    await rm(folder, { recursive: true, force: true })
    const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${folder}`]
    const entries = scenario.entries.filter(({ contender }) => contender === contenders.ours).slice(-1)
    await measureScenario({ ...scenario, entries }, { ...plan, rounds: 3, nodeArguments })
    print(`${scenario.id}  ${scenario.title}\n\n${await profileTable(folder)}\n\n  ${folder}\n`)
  }
  return 0
}

function ns (nanoseconds: number): string {
  return `${nanoseconds.toFixed(0)} ns`.padStart(12)
}

function printJson (value: unknown): void {
  console.log(JSON.stringify(value, null, 2))
}

async function measure (plan: Plan, wanted: readonly Goal[]): Promise<Results> {
  const results: Record<string, readonly ContenderResult[]> = {}
  const coldTokens: ColdTokens[] = []
  for (const scenario of scenarios) {
    const { id } = scenario
    if (!options.isWanted(id) && !wanted.some((goal) => goal.scenario === id)) continue
    const isNeeded = (key: string): boolean => wanted.some((goal) => goal.scenario === id && goal.needs.includes(key))
    const entries = scenario.entries.filter((entry) => !options.check || isNeeded(keyOf(entry)))
    if (entries.length === 0) continue
    results[id] = await measureScenario({ ...scenario, entries }, { ...plan, latencyRounds: latencyRounds(scenario) })
    print(scenarioTable(scenario, results[id]) + '\n')
  }
  for (const algorithm of options.isWanted('P5') ? algorithms : []) {
    coldTokens.push(await measureColdTokens(ownCheckout, await makeTokens(plan.folder, algorithm), plan.rounds))
  }
  const growth = options.isWanted('P7')
    ? { down: await measureGrowth(contenders.ours, 'down', plan), up: await measureGrowth(contenders.ours, 'up', plan) }
    : {}
  return { scenarios: results, coldTokens, growth }
}

/** P8 needs latencies, which are those of P1, and so do P11 and P12. */
function latencyRounds ({ id }: Scenario): number {
  if (id === 'P1' || id === 'P11-redis' || id === 'P12') return 2
  return options.check || id === 'P5' || id === 'P6' || id.startsWith('P9') ? 0 : 1
}

/** Starts the upstreams and creates the tokens that all contenders share. */
async function withUpstream<Value> (use: (plan: Plan) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const redis = hasRedis && options.isWanted('P11-redis') ? await startRedis(folder) : null
  const upstream = new Process('upstream', 'load', [process.execPath, join(import.meta.dirname, 'upstream.js')])
  try {
    const { ports: upstreams } = await upstream.firstMessage<{ ports: [number, number] }>()
    const { rounds, seconds } = options
    const setting = { upstreams, tokens: await makeTokens(folder, 'RS256'), ...redis !== null && { redis: redis.socket } }
    return await use({ rounds, seconds, latencyRounds: 0, folder, nodeArguments: [], setting })
  } finally {
    await upstream.stop()
    await redis?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
