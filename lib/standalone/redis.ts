import { createRequire } from 'node:module'
import type { FastifyInstance } from 'fastify'
import type { LimitsConfig } from '../../types/config-file.ts'
import type { LimitStore } from '../../types/limits.ts'
import { redisStore } from '../limits/redis-store.ts'

const require = createRequire(import.meta.url)

/** Milliseconds between two attempts to connect. */
const retryMs = 200

/** Opens the store of a config file. It connects with the first request, and closes with the app. @throws if ioredis is not installed */
export async function connectStore (app: FastifyInstance, { redis: address, ...options }: NonNullable<LimitsConfig['store']>): Promise<LimitStore> {
  const { Redis } = loadIoredis()
  const client = new Redis(address, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => retryMs })
  // The plugin logs when the store fails. Without a listener, ioredis would print each attempt.
  client.on('error', (err) => app.log.debug({ err }, 'connection to Redis failed'))
  const store = redisStore(client, options)
  return { isRemote: true, take: (takes) => store.take(takes), close: () => client.disconnect() }
}

function loadIoredis (): typeof import('ioredis') {
  try {
    return require('ioredis') as typeof import('ioredis')
  } catch (cause) {
    throw new Error('limits.store.redis needs the package ioredis. Install it: npm install ioredis', { cause })
  }
}
