import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { explain, type ExplainOptions, formatExplanation } from './commands/explain.ts'
import { init } from './commands/init.ts'
import { type Host, start, type StartOptions } from './commands/start.ts'
import { validate } from './commands/validate.ts'
import { ConfigFileInvalid } from './load-config.ts'
import { defaultSettleMs } from './settle-files.ts'

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
 * @param args command-line arguments, without `node` and the script
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
    if (error instanceof ConfigFileInvalid) complain(`${error.count} ${error.count === 1 ? 'problem' : 'problems'}`)
    return 1
  }
}

function commands (host: Host, log: Output['log']): Command {
  const { version, description } = JSON.parse(readFileSync(new URL(import.meta.resolve('fastify-version-gateway/package.json')), 'utf8')) as Package
  const program = new Command('fastify-version-gateway').description(description).version(version)
  const collect = (value: string, all: string[]): string[] => [...all, value]

  program.command('start').argument('<file>', 'config file: .yaml, .json, .ts or .js')
    .description('start a gateway; SIGHUP reloads the config, SIGTERM finishes the requests in flight and exits')
    .option('-w, --watch', 'reload the config when a file changes', false)
    .option('--settle <ms>', 'read a file only after it has not changed for this many milliseconds', milliseconds, defaultSettleMs)
    .option('--allow-removals', 'allow a reload to remove security options, such as an identity provider', false)
    .action(async (file: string, { settle: settleMs, ...options }: StartOptions & { settle: number }) => {
      await start(file, { ...options, settleMs }, host)
    })
  program.command('validate').argument('<file>', 'config file').description('check a config and print all problems with line numbers')
    .action(async (file: string) => log(await validate(file)))
  program.command('explain').argument('<file>', 'config file').description('show how the gateway would handle a request, and why')
    .option('--url <url>', 'path and query of the request')
    .option('--method <method>', 'HTTP method')
    .option('--header <line>', "request header as 'name: value'; repeatable", collect, [])
    .option('--claim <pair>', "claim of a verified token as 'name=value'; repeatable", collect, [])
    .option('--provider <name>', 'provider that issued the token')
    .option('--tenant <tenant>', 'tenant of the caller')
    .option('--at <time>', 'time of the request in ISO 8601; default: now')
    .option('--json', 'print JSON', false)
    .action(async (file: string, { json, ...options }: ExplainOptions & { json: boolean }) => {
      const explanation = await explain(file, options)
      log(json ? JSON.stringify(explanation, null, 2) : formatExplanation(explanation))
    })
  program.command('init').argument('[file]', 'file to write', 'gateway.yaml').description('write a starter config')
    .option('-f, --force', 'overwrite an existing file', false)
    .action(async (file: string, options: { force: boolean }) => log(await init(file, options)))
  return program
}

function milliseconds (text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Write a whole number of milliseconds, up to 999999.')
  return Number(text)
}
