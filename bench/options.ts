import { parseArgs } from 'node:util'
import { compiledBenchOf } from './checkout.ts'

export const usage = `npm run bench -- [options]

  --check            measure what the goals need, print them, and exit with 1 when one is missed
  --against folder   compare this build with another checkout of the package, which is built as well
  --only P1,P2       these scenarios alone, of P1 to P8 and metrics
  --rounds 10        rounds for each contender
  --seconds 1        seconds of each round
  --node 20,24,26    once with each of these versions of Node, from the npm package "node"
  --json             the results as JSON on stdout, and all that is told beside them on stderr
  --profile          write a CPU profile of ours in each scenario, and what took longest
  --micro            the stages one by one, in nanoseconds
  --scale            what a request costs in large configs, as curves
  --pictures         write the pictures of docs/pictures from what was measured
`

export type Options = ReturnType<typeof readOptions>

/** @throws TypeError for an option that there is not */
export function readOptions (args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      against: { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '1' },
      node: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      micro: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      pictures: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const conflict = (['check', 'profile', 'micro', 'scale', 'pictures'] as const).find((name) => values[name])
  if (values.against !== '' && conflict !== undefined) throw new TypeError(`--against cannot be combined with --${conflict}`)
  const only = listOf(values.only)
  return {
    ...values,
    /** Folder of the other checkout's compiled benchmark. */
    against: values.against === '' ? null : compiledBenchOf(values.against),
    rounds: numberOf('rounds', values.rounds),
    seconds: numberOf('seconds', values.seconds),
    node: listOf(values.node),
    /** Whether a scenario or a goal is asked for: `P4` stands for all that begin with it. */
    isWanted: (id: string): boolean => only.length === 0 || only.some((name) => id === name || id.startsWith(`${name}-`))
  }
}

function listOf (text: string): string[] {
  return text.split(',').map((item) => item.trim()).filter(Boolean)
}

function numberOf (name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} must be a whole number from 1, not '${text}'`)
  return value
}
