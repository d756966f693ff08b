import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const program = 'redis-server'

export const hasRedis = spawnSync(program, ['--version']).error === undefined

/** A running Redis. */
export interface RunningRedis {
  readonly socket: string
  stop (): Promise<void>
}

/** Starts Redis on a Unix socket, on the core of the load generator. */
export async function startRedis (folder: string): Promise<RunningRedis> {
  const socket = join(folder, 'redis')
  const command = [program, '--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '']
  const isPinned = spawnSync('taskset', ['--version']).error === undefined
  const [first, ...words] = isPinned ? ['taskset', '-c', '1', ...command] : command
  const server = spawn(first!, words, { stdio: 'ignore' })
  while (!existsSync(socket)) await setTimeout(20)
  return {
    socket,
    async stop () {
      server.kill()
      await once(server, 'exit')
    }
  }
}
