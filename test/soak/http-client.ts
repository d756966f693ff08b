import { once } from 'node:events'
import { type Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { Content } from './content.ts'
import { demand, type Outcome, type Watch } from './outcome.ts'
import type { Version } from './targets.ts'

/** A request and the behavior of its client. */
export interface Plan {
  version: Version
  number: number
  /** The size of the response in bytes. */
  reply: number
  /** The size of the request body in bytes. Default: no body. */
  upload?: number
  /** The pause of the client between two chunks, in milliseconds. Default: 0. */
  restMs?: number
  /** The target reads slowly. */
  isReadSlowly?: boolean
  /** Whether the bodies are chunked in both directions. */
  isChunked?: boolean
}

/** Sends a request and checks the response. */
export async function exchange (origin: string, agent: Agent, plan: Plan, { signal }: Watch): Promise<Outcome> {
  const { version, number, reply, upload = 0, restMs = 0, isReadSlowly = false, isChunked = false } = plan
  const request = send(`${origin}/${reply}/${number}?${isReadSlowly ? 'slow&' : ''}${isChunked ? 'chunked' : ''}`, {
    method: upload === 0 ? 'GET' : 'POST', agent, signal, headers: headersOf(version, upload, isChunked)
  })
  // Also after the response.
  request.on('error', () => {})
  sendBody(request, new Content('upload', number, upload), restMs)
  const [response] = await once(request, 'response') as [IncomingMessage]
  if (response.statusCode !== 200) return await refusal(request, response, version)

  demand(response.headers['x-served-by'] === version, `served by ${response.headers['x-served-by']} instead of ${version}`)
  demand(response.headers['api-version'] === version, `called ${response.headers['api-version']} instead of ${version}`)
  const content = new Content(version, number, reply)
  for await (const chunk of response) {
    demand(content.isNext(chunk), `wrong bytes before byte ${content.compared} of ${reply}`)
    if (restMs > 0) await pause(restMs)
  }
  demand(response.complete && content.isWhole, `a response that looks complete has ${content.compared} of ${reply} bytes`)
  return 'whole'
}

function headersOf (version: Version, upload: number, isChunked: boolean): Record<string, string | number> {
  return {
    // The default version does not need the header.
    ...version !== 'latest' && { 'x-version-override': version },
    ...upload > 0 && { 'x-upload-bytes': upload },
    ...upload > 0 && !isChunked && { 'content-length': upload }
  }
}

function sendBody (request: ClientRequest, content: Content, restMs: number): void {
  const body = Readable.from(rested(content, restMs)).on('error', () => {})
  request.once('close', () => body.destroy())
  body.pipe(request)
}

async function * rested (content: Content, restMs: number): AsyncGenerator<Buffer> {
  for (const chunk of content.chunks()) {
    yield chunk
    if (restMs > 0) await pause(restMs)
  }
}

/** Checks a refusal. Clients may only get refusals for failures of the cluster of their version. */
async function refusal (request: ClientRequest, response: IncomingMessage, version: Version): Promise<Outcome> {
  const body = await text(response)
  checkRefusal(response, body, version)
  // Node's client stops an upload when it has the response, but keeps the connection.
  if (!request.writableFinished) request.destroy()
  return 'failed'
}

export function checkRefusal ({ statusCode, headers }: IncomingMessage, body: string, version: Version): void {
  const isProblem = headers['content-type'] === 'application/problem+json'
  demand(isProblem && [502, 504].includes(statusCode!), `${statusCode} ${headers['content-type']}: ${body.slice(0, 200)}`)
  demand((JSON.parse(body) as { version?: string }).version === version, `refused for another version than ${version}: ${body}`)
}
