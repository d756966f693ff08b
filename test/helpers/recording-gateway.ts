import { text } from 'node:stream/consumers'
import type { FastifyInstance, RegisterOptions } from 'fastify'
import type { Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { GatewayOptions } from '../../types/index.ts'
import { listen, makeApp } from './gateway.ts'
import { openSocket } from './raw.ts'
import { startUpstream } from './upstream.ts'

type Overrides = Partial<GatewayOptions> & RegisterOptions

/** A gateway of one version, whose upstream notes what reaches it. */
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
    /** Requests of which the head has reached the upstream. */
    begun,
    /** Requests that have reached it whole, with their bodies. */
    whole,
    /**
     * Sends bytes (latin1) as they are, and after that a plain request for `/after` on another connection.
     *
     * @returns everything that comes back until the connection is closed
     */
    async exchange (bytes: string): Promise<string> {
      const socket = await openSocket(t, origin)
      let answer = ''
      // A connection that is closed with bytes unread is reset: what came before counts.
      socket.on('error', () => {}).on('data', (chunk) => { answer += chunk.toString('latin1') })
      socket.write(bytes, 'latin1')
      // `once` of node:events would reject with the reset.
      await new Promise((resolve) => socket.once('close', resolve))
      await fetch(`${origin}/after`)
      return answer
    }
  }
}

/** The bytes of a request: lines as they are, and a body. */
export function message (lines: readonly string[], body = ''): string {
  return [...lines, '', body].join('\r\n')
}
