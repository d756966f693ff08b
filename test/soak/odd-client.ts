import { once } from 'node:events'
import { type Agent, request as send, type IncomingMessage } from 'node:http'
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2'
import { setTimeout as pause } from 'node:timers/promises'
import { Content } from './content.ts'
import { demand, type Outcome } from './outcome.ts'
import type { Random } from './random.ts'

/** A request to the odd target, and how fast its client reads. */
export interface OddPlan {
  number: number
  bytes: number
  framing: 'length' | 'chunked' | 'close'
  end: 'keep' | 'fin' | 'cut-fin' | 'cut-rst'
  /** Milliseconds between two reads. */
  restMs: number
}

export function oddPlan (number: number, random: Random): OddPlan {
  const framing = random.oneOf(['length', 'chunked', 'close'] as const)
  // Nothing shows that a response was cut when its only end is the end of its connection.
  const end = random.oneOf(framing === 'close' ? ['fin', 'cut-rst'] as const : ['keep', 'fin', 'cut-fin', 'cut-rst'] as const)
  return { number, framing, end, bytes: random.oneOf([1_000, 300_000, 2_000_000]), restMs: random.oneOf([0, 1, 5]) }
}

export function isCut ({ end }: OddPlan): boolean {
  return end.startsWith('cut')
}

/** Sends the request over HTTP/1.1. */
export async function overHttp1 (origin: string, agent: Agent, plan: OddPlan, signal: AbortSignal): Promise<Outcome> {
  const request = send(`${origin}${pathOf(plan)}`, { agent, signal, headers: { 'x-version-override': 'odd' } })
  request.on('error', () => {})
  const [response] = await once(request.end(), 'response') as [IncomingMessage]
  return await receive(response.statusCode!, response.headers, response, plan, () => response.complete)
}

/** Sends the request over HTTP/2, whose flow control is per stream: 64 KB at a time. */
export async function overHttp2 (session: ClientHttp2Session, plan: OddPlan, signal: AbortSignal): Promise<Outcome> {
  const stream = session.request({ ':path': pathOf(plan), 'x-version-override': 'odd' }, { signal })
  stream.on('error', () => {})
  const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
  return await receive(Number(headers[':status']), headers, stream, plan, () => stream.rstCode === 0)
}

async function receive (
  status: number, headers: IncomingHttpHeaders, body: AsyncIterable<Buffer>, plan: OddPlan, isComplete: () => boolean
): Promise<Outcome> {
  // A response that is cut before its head has left the gateway is a 502.
  if (status === 502 && isCut(plan)) {
    for await (const chunk of body) demand(chunk.length > 0, 'an empty chunk')
    return 'failed'
  }
  demand(status === 200 && headers['api-version'] === 'odd', `${status} by ${headers['api-version']}`)
  const content = new Content('odd', plan.number, plan.bytes)
  for await (const chunk of body) {
    demand(content.isNext(chunk), `wrong bytes before byte ${content.compared} of ${plan.bytes}`)
    if (plan.restMs > 0) await pause(plan.restMs)
  }
  demand(isComplete() && content.isWhole, `a response that looks complete has ${content.compared} of ${plan.bytes} bytes`)
  demand(!isCut(plan), 'a response that was cut looks complete')
  return 'whole'
}

function pathOf ({ bytes, number, framing, end }: OddPlan): string {
  return `/${bytes}/${number}/${framing}/${end}`
}
