import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { findProgram } from './externals.ts'
import { until } from './until.ts'

/** Starts Redis on a Unix socket, and stops it after the test. */
export async function startRedis (t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const socket = join(folder, 'socket')
  let server: ChildProcess
  const start = async (): Promise<void> => {
    server = spawn(findProgram('redis-server')!, ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--daemonize', 'no'], { stdio: 'ignore' })
    await until(() => existsSync(socket))
  }
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
    await rm(socket, { force: true })
  }
  await start()
  t.teardown(async () => {
    await kill()
    await rm(folder, { recursive: true })
  })
  return {
    socket,
    start,
    kill,
    /** Opens a client, and closes it after the test. */
    connect (): Redis {
      const client = new Redis({ path: socket, retryStrategy: () => 20 })
      client.on('error', () => {})
      t.teardown(() => client.disconnect())
      return client
    }
  }
}
