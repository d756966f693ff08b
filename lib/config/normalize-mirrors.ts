import type { CompareOptions, MirrorOptions } from '../../types/index.ts'
import { type WithDefaults, withDefaults } from './normalize.ts'

const mirrorDefaults = {
  percent: 100,
  methods: ['GET', 'HEAD'] as readonly string[],
  maxBodyBytes: 65_536,
  timeoutMs: 2_000,
  maxInFlight: 20,
  forwardCredentials: false,
  compare: false as boolean | CompareOptions
} satisfies Partial<MirrorOptions>

const compareDefaults = { ignore: [] as readonly string[], control: false } satisfies CompareOptions

/** The options of a mirror, with all defaults. */
export interface ResolvedMirror extends Omit<WithDefaults<MirrorOptions, typeof mirrorDefaults>, 'compare'> {
  /** `null` if responses are not compared. */
  readonly compare: Required<CompareOptions> | null
}

/** @param options must be valid */
export function normalizeMirror (options: MirrorOptions): ResolvedMirror {
  const { compare, ...others } = withDefaults(options, mirrorDefaults)
  return { ...others, compare: compare === false ? null : withDefaults(compare === true ? {} : compare, compareDefaults) }
}
