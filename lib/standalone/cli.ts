import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { explain, type ExplainOptions, inWords } from './commands/explain.ts'
import { init } from './commands/init.ts'
import { type Host, start, type StartOptions } from './commands/start.ts'
import { validate } from './commands/validate.ts'
import { ConfigFileInvalid } from './load-config.ts'
import { defaultSettleMs } from './settled.ts'

interface Package {
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
 * @param args of the command line, without those of Node
 * @returns the exit code
 */
export async function runCli (args: readonly string[], host: Host, { log, error: complain }: Output): Promise<number> {
  const program = commands(host, log)
  // The caller exits the process.
  program.exitOverride().configureOutput({ writeOut: (text) => log(text.trimEnd()), writeErr: (text) => complain(text.trimEnd()) })
  for (const command of program.commands) command.copyInheritedSettings(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    complain((error as Error).message)
    if (error instanceof ConfigFileInvalid) complain(`${error.problems.length} ${error.problems.length === 1 ? 'problem' : 'problems'}`)
    return 1
  }
}

function commands (host: Host, log: Output['log']): Command {
  const { version, description } = JSON.parse(readFileSync(new URL(import.meta.resolve('fastify-version-gateway/package.json')), 'utf8')) as Package
  const program = new Command('fastify-version-gateway').description(description).version(version)
  const collect = (value: string, all: string[]): string[] => [...all, value]

  program.command('start').argument('<file>', 'config: .yaml, .json, .ts or .js')
    .description('run a gateway; SIGHUP reloads the file, SIGTERM stops the gateway after the requests in flight')
    .option('-w, --watch', 'reload the file when it changes', false)
    .option('--settle <ms>', 'milliseconds that the file must have been unchanged before it is read', milliseconds, defaultSettleMs)
    .option('--allow-removals', 'let a reload remove options that protect the gateway, such as an identity provider', false)
    .action(async (file: string, { settle: settleMs, ...options }: StartOptions & { settle: number }) => {
      await start(file, { ...options, settleMs }, host)
    })
  program.command('validate').argument('<file>').description('print all problems of a config, with their lines')
    .action(async (file: string) => log(await validate(file)))
  program.command('explain').argument('<file>').description('print what the gateway would do with a request, and why')
    .option('--url <url>', 'path and query')
    .option('--method <method>')
    .option('--header <line>', "'name: value'; may be repeated", collect, [])
    .option('--claim <pair>', "'name=value' of a verified token; may be repeated", collect, [])
    .option('--provider <name>', 'provider that issued the token')
    .option('--tenant <tenant>')
    .option('--at <moment>', 'time, in ISO 8601')
    .option('--json', 'as JSON', false)
    .action(async (file: string, { json, ...options }: ExplainOptions & { json: boolean }) => {
      const explanation = await explain(file, options)
      log(json ? JSON.stringify(explanation, null, 2) : inWords(explanation))
    })
  program.command('init').argument('[file]', 'file to write', 'gateway.yaml').description('write a starter config')
    .option('-f, --force', 'replace an existing file', false)
    .action(async (file: string, options: { force: boolean }) => log(await init(file, options)))
  return program
}

function milliseconds (text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Write a whole number of milliseconds, up to 999999.')
  return Number(text)
}
