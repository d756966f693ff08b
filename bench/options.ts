import { parseArgs } from 'node:util'
import { builtCheckout } from './checkout.ts'

export const usage = `npm run bench -- [options]

  --check            run only what the goals need; exit with 1 if a goal is missed
  --against folder   compare this build with another checkout of the package, which must be built
  --only P1,P2       run only these: P1 to P12, metrics
  --rounds 10        rounds per contender
  --seconds 1        seconds per round
  --node 20,24,26    run under each of these versions of Node, installed from npm
  --json             print the results as JSON on stdout, and everything else on stderr
  --profile          write a CPU profile of this gateway per scenario, and list the hottest functions
  --micro            measure each stage alone, in nanoseconds
  --scale            measure the stages with configs of growing size
  --pictures         update docs/pictures with the results
  --help             print this list
`

export type Options = ReturnType<typeof readOptions>

/** @throws TypeError for unknown options and invalid values */
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
    against: values.against === '' ? null : builtCheckout(values.against),
    rounds: numberOf('rounds', values.rounds),
    seconds: numberOf('seconds', values.seconds),
    node: listOf(values.node),
    /** Whether `--only` selects a scenario or goal. `P4` selects `P4-down` and `P4-up`. */
    isWanted: (id: string): boolean => only.length === 0 || only.some((name) => id === name || id.startsWith(`${name}-`))
  }
}

function listOf (text: string): string[] {
  return text.split(',').map((item) => item.trim()).filter(Boolean)
}

function numberOf (name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} must be a positive integer, got '${text}'`)
  return value
}
