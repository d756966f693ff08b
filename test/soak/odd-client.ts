import { once } from 'node:events'
import { type Agent, request as send, type IncomingMessage } from 'node:http'
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2'
import { setTimeout as pause } from 'node:timers/promises'
import { Content } from './content.ts'
import { demand, type Outcome } from './outcome.ts'
import type { Random } from './random.ts'

/** A request to an odd target and the speed of its client. */
export interface OddPlan {
  version: 'odd' | 'odd-http2'
  number: number
  bytes: number
  framing: string
  end: string
  /** The pause between two reads, in milliseconds. */
  restMs: number
}

const http1Ends = ['keep', 'fin', 'cut-fin', 'cut-rst']
const http2Ends = ['keep', 'keep', 'keep', 'goaway', 'cut-0', 'cut-2', 'cut-8', 'cut-11', 'cut-goaway', 'cut-fin', 'cut-rst']
/** The possible ends by framing. If a response ends with its connection, its truncation cannot be detected. */
const ends: Record<OddPlan['version'], Record<string, string[]>> = {
  odd: { length: http1Ends, chunked: http1Ends, close: ['fin', 'cut-rst'] },
  'odd-http2': { length: http2Ends, stream: http2Ends }
}

export function oddPlan (number: number, random: Random): OddPlan {
  const version = random.oneOf(['odd', 'odd-http2'] as const)
  const framing = random.oneOf(Object.keys(ends[version]))
  const end = random.oneOf(ends[version][framing]!)
  return { version, number, framing, end, bytes: random.oneOf([1_000, 300_000, 2_000_000]), restMs: random.oneOf([0, 1, 5]) }
}

function isCut ({ end }: OddPlan): boolean {
  return end.startsWith('cut')
}

/** An HTTP/2 connection that ends truncates the responses of other requests, too. */
export function mayFail (plan: OddPlan): boolean {
  return isCut(plan) || plan.version === 'odd-http2'
}

/** Sends the request over HTTP/1.1. */
export async function overHttp1 (origin: string, agent: Agent, plan: OddPlan, signal: AbortSignal): Promise<Outcome> {
  const request = send(`${origin}${pathOf(plan)}`, { agent, signal, headers: { 'x-version-override': plan.version } })
  request.on('error', () => {})
  const [response] = await once(request.end(), 'response') as [IncomingMessage]
  return await receive(response.statusCode!, response.headers, response, plan, () => response.complete)
}

/** Sends the request over HTTP/2, whose flow control is per stream: 64 KB at a time. */
export async function overHttp2 (session: ClientHttp2Session, plan: OddPlan, signal: AbortSignal): Promise<Outcome> {
  const stream = session.request({ ':path': pathOf(plan), 'x-version-override': plan.version }, { signal })
  stream.on('error', () => {})
  const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
  return await receive(Number(headers[':status']), headers, stream, plan, () => stream.rstCode === 0)
}

async function receive (
  status: number, headers: IncomingHttpHeaders, body: AsyncIterable<Buffer>, plan: OddPlan, isComplete: () => boolean
): Promise<Outcome> {
  // A response that is truncated before the gateway has sent its head is a 502.
  if (status === 502 && mayFail(plan)) {
    for await (const chunk of body) demand(chunk.length > 0, 'an empty chunk')
    return 'failed'
  }
  demand(status === 200 && headers['api-version'] === plan.version, `${status} by ${headers['api-version']}`)
  const content = new Content(plan.version, plan.number, plan.bytes)
  for await (const chunk of body) {
    demand(content.isNext(chunk), `wrong bytes before byte ${content.compared} of ${plan.bytes}`)
    if (plan.restMs > 0) await pause(plan.restMs)
  }
  demand(isComplete() && content.isWhole, `a response that looks complete has ${content.compared} bytes: ${plan.version}${pathOf(plan)}`)
  demand(!isCut(plan), `a response that was cut looks complete: ${plan.version}${pathOf(plan)}`)
  return 'whole'
}

function pathOf ({ bytes, number, framing, end }: OddPlan): string {
  return `/${bytes}/${number}/${framing}/${end}`
}
