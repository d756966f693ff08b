import { text } from 'node:stream/consumers'
import type { FastifyInstance, RegisterOptions } from 'fastify'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { openSocket } from './raw.ts'
import { startUpstream } from './upstream.ts'

type Overrides = Partial<GatewayOptions> & RegisterOptions

/** Starts a gateway to a single version, and records what reaches its upstream. */
export async function recordingGateway (t: Test, overrides: Overrides = {}, app: FastifyInstance = makeApp(t)) {
  const begun: string[] = []
  const whole: string[] = []
  const upstream = await startUpstream(t, 'v1', async (request, response) => {
    const line = `${request.method} ${request.url}`
    begun.push(line)
    const body = await text(request).catch(() => null)
    if (body === null) return
    whole.push(body === '' ? line : `${line} ${body}`)
    response.end('served')
  })
  await app.register(versionGateway, { versions: { latest: { upstream } }, ...overrides })
  const origin = await listen(app)

  return {
    origin,
    /** Requests whose head has reached the upstream. */
    begun,
    /** Requests that have reached the upstream completely, with their bodies. */
    whole,
    /**
     * Sends these bytes (Latin-1), and then a plain request for `/after` on another connection.
     *
     * @returns everything that arrives until the connection ends
     */
    async exchange (bytes: string): Promise<string> {
      const socket = await openSocket(t, origin)
      let response = ''
      // A connection that is closed with unread bytes is reset. Only the bytes before that count.
      socket.on('error', () => {}).on('data', (chunk) => { response += chunk.toString('latin1') })
      socket.write(bytes, 'latin1')
      // `once` of node:events would reject with the reset.
      await new Promise((resolve) => socket.once('close', resolve))
      await fetch(`${origin}/after`)
      return response
    }
  }
}

/** Returns the bytes of a request with these lines and this body. */
export function message (lines: readonly string[], body = ''): string {
  return [...lines, '', body].join('\r\n')
}
