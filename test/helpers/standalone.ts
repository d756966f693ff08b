import { EventEmitter, once } from 'node:events'
import type { Test } from 'tap'
import { type Host, start } from '../../lib/standalone/commands/start.ts'
import { makeFolder } from './config-folder.ts'

/** A fake process that records how it exits. */
export class Process extends EventEmitter implements Host {
  readonly env = {}
  readonly exits: number[] = []

  exit (code: number): void {
    this.exits.push(code)
    this.emit('exit')
  }

  async ended (): Promise<number> {
    if (this.exits.length === 0) await once(this, 'exit')
    return this.exits[0]!
  }
}

/** Returns a config with a single version. */
export const config = (upstream: string, more = ''): string => `server: { port: 0, log: silent }\nversions: { v1: { upstream: '${upstream}' } }\naliases: { latest: v1 }\n${more}`

/** Runs a config file with further files next to it. */
export async function run (
  t: Test, text: string, { watch = false, files = {} }: { watch?: boolean, files?: Readonly<Record<string, string>> } = {}
) {
  const { folder, write } = await makeFolder(t)
  for (const [name, content] of Object.entries(files)) await write(name, content)
  const file = await write('gateway.yaml', text)
  const host = new Process()
  const standalone = await start(file, { watch, settleMs: 0 }, host)
  t.teardown(async () => {
    host.emit('SIGTERM')
    await host.ended()
  })
  return { file, folder, write, host, standalone, origin: standalone.address }
}

/** Sends a request. @returns the status, the version and the upstream of its response */
export async function served (origin: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${origin}/a`, { headers })
  return `${response.status} ${response.headers.get('api-version')} ${await response.text().then((body) => /"servedBy":"(\w+)"/.exec(body)?.[1])}`
}
