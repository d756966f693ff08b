import { on, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { Content } from './content.ts'
import { checkRefusal } from './http-client.ts'
import { demand, type Outcome, type Watch } from './outcome.ts'
import type { Version } from './targets.ts'

export interface Conversation {
  version: Version
  number: number
  /** The number of messages that are sent and echoed. */
  messages: number
  bytes: number
  /** Which side ends it, and whether with a close frame or by breaking the connection. */
  end: 'client closes' | 'client cuts' | 'target closes' | 'target cuts'
}

type Messages = AsyncIterator<[data: Buffer, isBinary: boolean]>

/** Opens a WebSocket, sends messages that must be echoed unchanged, and ends it. */
export async function converse (origin: string, conversation: Conversation, watch: Watch): Promise<Outcome> {
  const { version, number } = conversation
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/0/${number}`, {
    headers: version === 'latest' ? {} : { 'x-version-override': version }
  })
  socket.on('error', () => {})
  watch.signal.addEventListener('abort', () => socket.terminate())
  const refused = once(socket, 'unexpected-response').then(([, response]) => response as IncomingMessage)
  refused.catch(() => {})
  const messages = on(socket, 'message', { close: ['close'] }) as Messages
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const opened = await Promise.race([once(socket, 'open').then(() => null), refused])
  if (opened !== null) {
    checkRefusal(opened, await text(opened), version)
    return 'failed'
  }

  if (!await talk(socket, messages, conversation)) throw cutWith(await closed)
  return await hangUp(socket, closed, conversation)
}

/** @returns whether all messages were echoed before the WebSocket closed */
async function talk (socket: WebSocket, messages: Messages, conversation: Conversation): Promise<boolean> {
  const { version, number, messages: count, bytes } = conversation
  const greeting = await messages.next()
  if (greeting.done === true) return false
  demand(String(greeting.value[0]) === `${version} /0/${number}`, `greeted with ${greeting.value[0]} by ${version}`)
  for (let i = 0; i < count; i++) {
    const content = new Content('message', number + i, bytes)
    socket.send(Buffer.concat([...content.chunks()]))
    const message = await messages.next()
    if (message.done === true) return false
    demand(content.isNext(message.value[0]) && content.isWhole, `message ${i} came back as another`)
  }
  return true
}

/** A broken connection must never look like a closed WebSocket. */
function cutWith (code: number): Error {
  demand(code === 1006, `closed with ${code} although no side has closed it`)
  return Object.assign(new Error('the WebSocket was cut'), { code: 'WS_CUT' })
}

async function hangUp (socket: WebSocket, closed: Promise<number>, { end }: Conversation): Promise<Outcome> {
  if (end === 'client closes') socket.close(1000)
  else if (end === 'client cuts') socket.terminate()
  else socket.send(end === 'target closes' ? 'close' : 'cut')
  const expected = { 'client closes': 1000, 'client cuts': 1006, 'target closes': 4000, 'target cuts': 1006 }[end]
  const code = await closed
  // A target may be killed before it has closed.
  if (code !== expected) throw cutWith(code)
  return end === 'client cuts' ? 'left' : 'whole'
}
