import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { plainEnvironment } from '../helpers/run-example.ts'

const isCompiled = import.meta.url.endsWith('.js')

/** Starts one of the programs beside this file. @returns it, and the first thing that it says */
export async function startChild<First> (file: string, args: readonly string[]): Promise<{ child: ChildProcess, first: First }> {
  const [program, execArgv] = isCompiled ? [file.replace(/ts$/, 'js'), []] : [file, ['--import', 'tsx']]
  const child = fork(new URL(program, import.meta.url), args, { execArgv: [...execArgv, '--expose-gc'], env: plainEnvironment() })
  return { child, first: await answerOf<First>(child) }
}

/** Asks a child for something. One question at a time. */
export async function ask<Answer> (child: ChildProcess, question: string): Promise<Answer> {
  if (hasEnded(child)) throw new Error(`${nameOf(child)} has ended`)
  const answer = answerOf<Answer>(child)
  child.send(question)
  return await answer
}

async function answerOf<Answer> (child: ChildProcess): Promise<Answer> {
  const over = new AbortController()
  const { signal } = over
  const end = once(child, 'exit', { signal }).then(([code, by]) => { throw new Error(`${nameOf(child)} ended with ${code ?? by}`) })
  const answer = once(child, 'message', { signal }).then(([message]) => message as Answer)
  try {
    return await Promise.race([answer, end])
  } finally {
    // Who came second has nothing more to say.
    answer.catch(() => {})
    end.catch(() => {})
    over.abort()
  }
}

/** Ends a child at once. */
export async function kill (child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

export function hasEnded (child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Answers what the parent asks, and ends when the parent does. */
export function answerParent (answers: Record<string, () => unknown>): void {
  process.on('message', async (question: string) => process.send!(await answers[question]!()))
  process.on('disconnect', () => process.exit())
}

function nameOf (child: ChildProcess): string {
  return basename(child.spawnargs.find((argument) => /\.[jt]s$/.test(argument)) ?? 'a child')
}
