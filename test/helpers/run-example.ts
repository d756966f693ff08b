import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import ts from 'typescript'
import { programOf } from './project.ts'

export type Running = ChildProcessByStdio<null, Readable, Readable>

/** The environment without coverage, which only applies to the tests, and without Node options. */
export function plainEnvironment (): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_V8_COVERAGE, FORCE_COLOR, ...env } = process.env
  return env
}

/** Runs an example on a free port and stops it after the test. */
export function runExample (t: Test, file: string, args: readonly string[] = []): Running {
  return run(t, programOf(`examples/${file}`), args)
}

/** Compiles and runs a program from a document, and stops it after the test. @param name unique among the documents */
export async function runSnippet (t: Test, name: string, code: string): Promise<Running> {
  const program = programOf(`snippets/${name}.ts`)
  await mkdir(dirname(program), { recursive: true })
  await writeFile(program, ts.transpile(code, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }))
  t.teardown(async () => await rm(program))
  return run(t, program)
}

function run (t: Test, program: string, args: readonly string[] = []): Running {
  const running = spawn(process.execPath, [program, ...args], {
    env: { ...plainEnvironment(), PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(async () => {
    if (running.exitCode !== null || running.signalCode !== null) return
    running.kill('SIGTERM')
    await once(running, 'exit')
  })
  return running
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

/** Sends the request of a curl line. It does not use fetch, which cannot set Host. */
export async function curl (line: string): Promise<{ status: number, headers: IncomingHttpHeaders, body: string }> {
  const headers = Object.fromEntries([...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name, value]) => [name, value]))
  const [response] = await once(request(/http:\S+/.exec(line)![0], { headers, agent: false }).end(), 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}
