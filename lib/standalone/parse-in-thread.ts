import { once } from 'node:events'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Path } from '../problems/config-problems.ts'
import type { ConfigFile, LocatedValue, YamlFile } from './yaml-file.ts'

const require = createRequire(import.meta.url)

/** The worker's reply to a text. */
export type Content = Pick<YamlFile, 'value' | 'problems' | 'problemCount' | 'broken' | 'substitutions'>

/**
 * Parses YAML in another thread: a file with 20,000 tenants takes about a second, in which the gateway would serve no
 * requests. The thread keeps the document, because only it knows the positions of problems.
 */
export async function parseInThread (text: string, environment: NodeJS.ProcessEnv): Promise<ConfigFile> {
  const { worker, content } = await begin(text, environment)
  return {
    ...content,
    locate: async (paths) => await request<LocatedValue[]>(worker, paths),
    close () { worker.terminate().catch(() => {}) }
  }
}

async function begin (text: string, environment: NodeJS.ProcessEnv): Promise<{ worker: Worker, content: Content }> {
  const worker = startWorker()
  try {
    return { worker, content: await request<Content>(worker, { text, environment: { ...environment } }) }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

/**
 * Starts the program next to this file, without the options of the process: they may load an agent a second time. In a
 * checkout the program is TypeScript, and jiti loads it, because loaders such as tsx do not run in threads on Node 20.
 */
function startWorker (): Worker {
  const extension = extname(import.meta.url)
  const program = new URL(`parse-worker${extension}`, import.meta.url)
  const options = { execArgv: [], env: {} }
  if (extension !== '.ts') return new Worker(program, options)
  const [loader, path] = [require.resolve('jiti'), fileURLToPath(program)].map((each) => JSON.stringify(each))
  return new Worker(`require(${loader}).createJiti(${path}).import(${path})`, { ...options, eval: true })
}

/** Sends a message and waits for the reply. @throws errors of the thread */
async function request<Reply> (
  worker: Worker, message: readonly Path[] | { text: string, environment: NodeJS.ProcessEnv }
): Promise<Reply> {
  worker.postMessage(message)
  const [reply] = await once(worker, 'message') as [Reply]
  return reply
}
