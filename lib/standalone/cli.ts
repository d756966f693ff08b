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
    .description('run a gateway; SIGHUP reads the file again, SIGTERM ends it when requests under way have')
    .option('-w, --watch', 'read the file again when it changes', false)
    .option('--settle <ms>', 'read the file only when it has been unchanged for so many milliseconds', milliseconds, defaultSettleMs)
    .option('--allow-removals', 'let a reload remove what protects the gateway, such as an identity provider', false)
    .action(async (file: string, { settle: settleMs, ...options }: StartOptions & { settle: number }) => {
      await start(file, { ...options, settleMs }, host)
    })
  program.command('validate').argument('<file>').description('print everything that is wrong in a config, with its line')
    .action(async (file: string) => log(await validate(file)))
  program.command('explain').argument('<file>').description('print what would become of a request, and why')
    .option('--url <url>', 'path and query')
    .option('--method <method>')
    .option('--header <line>', "'name: value'; may be repeated", collect, [])
    .option('--claim <pair>', "'name=value' of a verified token; may be repeated", collect, [])
    .option('--provider <name>', 'who issued the token')
    .option('--tenant <tenant>')
    .option('--at <moment>', 'when: ISO 8601')
    .option('--json', 'as JSON', false)
    .action(async (file: string, { json, ...options }: ExplainOptions & { json: boolean }) => {
      const explanation = await explain(file, options)
      log(json ? JSON.stringify(explanation, null, 2) : inWords(explanation))
    })
  program.command('init').argument('[file]', 'where to', 'gateway.yaml').description('write a config to begin with')
    .option('-f, --force', 'replace a file that is there', false)
    .action(async (file: string, options: { force: boolean }) => log(await init(file, options)))
  return program
}

function milliseconds (text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Write a whole number of milliseconds, up to 999999.')
  return Number(text)
}
