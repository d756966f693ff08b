import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

export type Running = ChildProcessByStdio<null, Readable, Readable>

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The environment without what tap hands down: its loaders, and coverage, which is that of the tests themselves. */
export function plainEnvironment (): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_V8_COVERAGE, FORCE_COLOR, ...env } = process.env
  return { ...env, _TAPJS_PROCESSINFO_COVERAGE_: '0' }
}

/** Runs an example as its comment says, on a free port, and ends it with the test. */
export function runExample (t: Test, file: string, args: readonly string[] = []): Running {
  const example = spawn(process.execPath, ['--import', 'tsx', `examples/${file}`, ...args], {
    cwd: root, env: { ...plainEnvironment(), PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(async () => {
    if (example.exitCode !== null || example.signalCode !== null) return
    example.kill('SIGTERM')
    await once(example, 'exit')
  })
  return example
}

/** Waits until an example has printed something. @returns what it printed until then */
export async function printed (example: Running, awaited: RegExp): Promise<string> {
  let output = ''
  for await (const [chunk] of on(example.stdout, 'data', { close: ['end'] })) {
    output += chunk
    if (awaited.test(output)) return output
  }
  throw new Error(`it ended before it printed ${awaited}: ${output}`)
}

/** Sends what a curl line says. Not with fetch, which keeps the Host header to itself. */
export async function curl (line: string): Promise<{ status: number, body: string }> {
  const headers = Object.fromEntries([...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name, value]) => [name, value]))
  const [response] = await once(request(/http:\S+/.exec(line)![0], { headers, agent: false }).end(), 'response')
  return { status: response.statusCode, body: await text(response) }
}
