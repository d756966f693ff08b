import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { plainEnvironment } from '../helpers/run-example.ts'

const isCompiled = import.meta.url.endsWith('.js')

/** Starts one of the programs in this folder. @returns the process and its first message */
export async function startChild<First> (file: string, args: readonly string[]): Promise<{ child: ChildProcess, first: First }> {
  const [program, execArgv] = isCompiled ? [file.replace(/ts$/, 'js'), []] : [file, ['--import', 'tsx']]
  const child = fork(new URL(program, import.meta.url), args, { execArgv: [...execArgv, '--expose-gc'], env: plainEnvironment() })
  return { child, first: await replyOf<First>(child) }
}

/** Sends a query to a child process and waits for the reply. There may be only one query at a time. */
export async function query<Reply> (child: ChildProcess, question: string): Promise<Reply> {
  if (hasEnded(child)) throw new Error(`${nameOf(child)} has ended`)
  const reply = replyOf<Reply>(child)
  child.send(question)
  return await reply
}

async function replyOf<Reply> (child: ChildProcess): Promise<Reply> {
  const over = new AbortController()
  const { signal } = over
  const end = once(child, 'exit', { signal }).then(([code, by]) => { throw new Error(`${nameOf(child)} ended with ${code ?? by}`) })
  const reply = once(child, 'message', { signal }).then(([message]) => message as Reply)
  try {
    return await Promise.race([reply, end])
  } finally {
    // The other promise is no longer needed.
    reply.catch(() => {})
    end.catch(() => {})
    over.abort()
  }
}

/** Kills a child process. */
export async function kill (child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

export function hasEnded (child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Replies to queries of the parent process, and exits when the parent does. */
export function serveParent (handlers: Record<string, () => unknown>): void {
  process.on('message', async (question: string) => process.send!(await handlers[question]!()))
  process.on('disconnect', () => process.exit())
}

function nameOf (child: ChildProcess): string {
  return basename(child.spawnargs.find((argument) => /\.[jt]s$/.test(argument)) ?? 'a child')
}
