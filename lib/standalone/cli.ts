import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Command, parseCommand, unknownName, UsageError } from './command-line.ts'
import { commandsOf } from './commands.ts'
import type { Host } from './commands/start.ts'
import { describeCommand, describeProgram } from './help.ts'
import { ConfigFileInvalid } from './load-config.ts'

const require = createRequire(import.meta.url)

interface Package {
  name: string
  version: string
  description: string
}

/** Where a command writes its output. */
export interface Output {
  log (text: string): void
  error (text: string): void
}

/**
 * Runs a command.
 *
 * @param args command-line arguments, without `node` and the script
 * @returns the exit code
 */
export async function runCli (args: readonly string[], host: Host, output: Output): Promise<number> {
  try {
    return await run(args, host, output)
  } catch (error) {
    const { message } = error as Error
    output.error(error instanceof UsageError ? `error: ${message}` : message)
    if (error instanceof ConfigFileInvalid) output.error(`${error.count} ${error.count === 1 ? 'problem' : 'problems'}`)
    return 1
  }
}

async function run ([first, ...rest]: readonly string[], host: Host, { log, error: complain }: Output): Promise<number> {
  const { name: program, version, description } = JSON.parse(readFileSync(require.resolve('fastify-version-gateway/package.json'), 'utf8')) as Package
  const commands = commandsOf(host, log)
  if (first === undefined) {
    complain(describeProgram(program, description, commands))
    return 1
  }
  if (first === '-V' || first === '--version') {
    log(version)
    return 0
  }
  const asksForHelp = /^(-h|--help|help)$/.test(first)
  if (asksForHelp && rest.length === 0) {
    log(describeProgram(program, description, commands))
    return 0
  }
  const [name, args] = asksForHelp ? [rest[0]!, ['--help']] : [first, rest]
  const command = find(commands, name)
  const { file, values } = parseCommand(name, command, args)
  if (values.help === true) log(describeCommand(program, name, command))
  else if (file === undefined) throw new UsageError("missing required argument 'file'")
  else await command.run(file, values)
  return 0
}

function find (commands: Readonly<Record<string, Command>>, name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name]!
  throw name.startsWith('-') ? unknownName('option', name, ['--version', '--help']) : unknownName('command', name, Object.keys(commands))
}
