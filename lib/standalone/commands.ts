import { type Command, UsageError } from './command-line.ts'
import type { Host } from './commands/start.ts'

type Log = (text: string) => void

/** The commands. Their code is loaded on first use. @param log writes their output */
export function commandsOf (host: Host, log: Log): Readonly<Record<string, Command>> {
  return { start: startCommand(host), validate: validateCommand(log), explain: explainCommand(log), init: initCommand(log) }
}

const startCommand = (host: Host): Command => ({
  description: 'start a gateway; SIGHUP reloads the config, SIGTERM finishes the requests in flight and exits',
  file: { description: 'config file: .yaml, .json, .ts or .js' },
  options: {
    watch: { short: 'w', description: 'reload the config when a file changes' },
    settle: { value: 'ms', description: 'read a file only after it has not changed for this many milliseconds (default: 500)' },
    'allow-removals': { description: 'allow a reload to remove security options, such as an identity provider' }
  },
  async run (file, { watch, settle, 'allow-removals': allowRemovals }) {
    const settling = settle === undefined ? {} : { settleMs: milliseconds('--settle', settle as string) }
    const { start } = await import('./commands/start.ts')
    await start(file, { watch: watch === true, allowRemovals: allowRemovals === true, ...settling }, host)
  }
})

const validateCommand = (log: Log): Command => ({
  description: 'check a config and print all problems with line numbers',
  file: { description: 'config file' },
  options: {},
  async run (file) {
    const { validate } = await import('./commands/validate.ts')
    log(await validate(file))
  }
})

const explainCommand = (log: Log): Command => ({
  description: 'show how the gateway would handle a request, and why',
  file: { description: 'config file' },
  options: {
    url: { value: 'url', description: 'path and query of the request' },
    method: { value: 'method', description: 'HTTP method' },
    header: { value: 'line', isRepeatable: true, description: "request header as 'name: value'; repeatable" },
    claim: { value: 'pair', isRepeatable: true, description: "claim of a verified token as 'name=value'; repeatable" },
    provider: { value: 'name', description: 'provider that issued the token' },
    tenant: { value: 'tenant', description: 'tenant of the caller' },
    at: { value: 'time', description: 'time of the request in ISO 8601; default: now' },
    json: { description: 'print JSON' }
  },
  async run (file, { json, header = [], claim = [], ...values }) {
    const { explain, formatExplanation } = await import('./commands/explain.ts')
    const explanation = await explain(file, { header: header as string[], claim: claim as string[], ...values as Record<string, string> })
    log(json === true ? JSON.stringify(explanation, null, 2) : formatExplanation(explanation))
  }
})

const initCommand = (log: Log): Command => ({
  description: 'write a starter config',
  file: { description: 'file to write', default: 'gateway.yaml' },
  options: { force: { short: 'f', description: 'overwrite an existing file' } },
  async run (file, { force }) {
    const { init } = await import('./commands/init.ts')
    log(await init(file, { force: force === true }))
  }
})

function milliseconds (option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) {
    throw new UsageError(`option '${option}' has the invalid value '${text}'. Write a whole number of milliseconds, up to 999999.`)
  }
  return Number(text)
}
