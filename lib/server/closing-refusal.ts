import type { FastifyInstance } from 'fastify'
import { gatewayClosing } from '../errors.ts'
import type { Response } from './client-response.ts'
import { isCompatible } from '../shared/compatibility.ts'
import { responseTo } from './socket-refusal.ts'

// Touches: `writeHead` and `end` of the response to a request that arrives while the app is closing. Gains: its refusal is a
// problem like all others. Without it, and with `compatibility`, Fastify sends its own JSON before any hook runs.

type Fields = Record<string, unknown>
type WriteHead = (status: number, fields?: Fields) => Response

/** Replaces the 503 that Fastify sends while it is closing. All other responses stay unchanged. */
export function renderClosing (app: FastifyInstance, response: Response): void {
  if (isCompatible) return
  const { writeHead, end } = response as unknown as { writeHead: WriteHead, end: (body: string) => Response }
  const own = response as unknown as { writeHead?: unknown, end?: unknown }
  own.writeHead = (status: number, fields?: Fields) => {
    delete own.writeHead
    if (status !== 503 || !isFastifys(fields)) return Reflect.apply(writeHead, response, fields === undefined ? [status] : [status, fields])
    const refusal = responseTo(app, gatewayClosing({}))
    own.end = () => {
      delete own.end
      return end.call(response, refusal.body)
    }
    return writeHead.call(response, status, refusal.fields)
  }
}

/** Replies have their fields in lower case. */
function isFastifys (fields: Fields | undefined): boolean {
  return fields?.['Content-Type'] === 'application/json' && fields['Content-Length'] === '80'
}
