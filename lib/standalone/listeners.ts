import type { FastifyBaseLogger } from 'fastify'
import { adminHost, normalizeServer } from '../config/normalize-file.ts'
import type { Generation } from './generation.ts'
import { Listener } from '../server/listener.ts'

export type Listeners = readonly [listener: Listener, adminListener: Listener | null]

/** @throws when an address cannot be used */
export async function listen ({ config: { file }, server, adminServer }: Generation, log: FastifyBaseLogger): Promise<Listeners> {
  const onError = log.error.bind(log)
  const listener = await Listener.listen(normalizeServer(file.server), server, onError)
  const port = file.admin?.port
  if (port === undefined) return [listener, null]
  try {
    return [listener, await Listener.listen(normalizeServer({ port, host: adminHost(file.admin) }), adminServer, onError)]
  } catch (error) {
    await listener.close(0, 0)
    throw error
  }
}
