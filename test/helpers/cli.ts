import { runCli } from '../../lib/standalone/cli.ts'
import { Process } from './standalone.ts'

/** Runs a command. @returns its exit code, and its output */
export async function cli (...args: string[]) {
  const output: string[] = []
  const complaints: string[] = []
  const host = new Process()
  const code = await runCli(args, host, { log: (text) => output.push(text), error: (text) => complaints.push(text) })
  return { code, output: output.join('\n'), complaints: complaints.join('\n'), host }
}
