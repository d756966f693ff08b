import { parseArgs } from 'node:util'
import { closestMatch } from '../shared/closest-match.ts'

/** An option of a command. */
export interface Option {
  readonly description: string
  readonly short?: string
  /** The name of its value in the help. Without one, the option is a switch. */
  readonly value?: string
  readonly isRepeatable?: boolean
}

/** What follows a command. The members have the names of its options. */
export type Values = Readonly<Record<string, string | string[] | boolean | undefined>>

export interface Command {
  readonly description: string
  /** The file that the command reads or writes. Without a default, it must be given. */
  readonly file: { readonly description: string, readonly default?: string }
  readonly options: Readonly<Record<string, Option>>
  run (file: string, values: Values): Promise<void>
}

/** A command line that is invalid. */
export class UsageError extends Error {}

/** Every command has this option. */
export const help: Option = { short: 'h', description: 'display help for command' }

/** Parses the arguments of a command. @throws UsageError */
export function parseCommand (name: string, command: Command, args: readonly string[]): { file: string | undefined, values: Values } {
  const { values, positionals } = parse(command, args)
  if (values.help !== true && positionals.length > 1) {
    throw new UsageError(`too many arguments for '${name}'. Expected 1 argument but got ${positionals.length}.`)
  }
  return { file: positionals[0] ?? command.file.default, values }
}

function parse ({ options }: Command, args: readonly string[]): { values: Values, positionals: string[] } {
  try {
    const known = Object.fromEntries(Object.entries({ ...options, help }).map(toParse))
    return parseArgs({ args: [...args], options: known, allowPositionals: true }) as { values: Values, positionals: string[] }
  } catch (error) {
    const { message } = error as Error
    const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? []
    if (unknown === undefined) throw new UsageError(message, { cause: error })
    throw unknownName('option', unknown, Object.keys({ ...options, help }).map((name) => `--${name}`))
  }
}

function toParse ([name, { short, value, isRepeatable = false }]: [string, Option]) {
  return [name, { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable, ...short !== undefined && { short } }] as const
}

export function unknownName (kind: 'command' | 'option', name: string, known: readonly string[]): UsageError {
  const meant = closestMatch(name, known, Math.ceil(name.length / 3))
  return new UsageError(`unknown ${kind} '${name}'${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`)
}
