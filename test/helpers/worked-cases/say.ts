import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { ExplainedRequest } from '../../../types/index.ts'
import { openSocket, sendRaw } from '../raw.ts'
import { issuer } from './start.ts'

/** A request, by its lines. */
export interface Said {
  method?: string
  path?: string
  host?: string
  /** Header fields as they are written: `api-version: v2`. */
  lines?: readonly string[]
  /** Claims of a good token that comes with it. */
  claims?: object
}

export interface Answered {
  status: number
  /** By names in lower case; lines of one name are joined. */
  headers: Record<string, string>
  body: string
}

/** Sends a request as it is written. */
export async function say (t: Test, origin: string, said: Said): Promise<Answered> {
  const lines = [`${said.method ?? 'GET'} ${said.path ?? '/orders'} HTTP/1.1`, `Host: ${said.host ?? 'api.test'}`, ...fieldsOf(said)]
  if (!lines.some((line) => line.startsWith('Upgrade:'))) return answered(await sendRaw(t, origin, lines))
  const socket = await openSocket(t, origin)
  socket.on('error', () => {}).write([...lines, '', ''].join('\r\n'))
  return answered(await text(socket))
}

/** The same request, for `app.versions.explain()`. */
export function toExplain (said: Said): ExplainedRequest {
  const headers: Record<string, string[]> = { host: [said.host ?? 'api.test'] }
  for (const line of fieldsOf(said)) {
    const [, name, value] = /^([^:]*):(.*)$/s.exec(line)!
    // As Node reads what is sent.
    headers[name!.toLowerCase()] = [...headers[name!.toLowerCase()] ?? [], Buffer.from(value!.trim()).toString('latin1')]
  }
  return { method: said.method ?? 'GET', url: said.path ?? '/orders', headers }
}

function fieldsOf ({ lines = [], claims }: Said): readonly string[] {
  return claims === undefined ? lines : [...lines, `Authorization: Bearer ${tokenOf(claims)}`]
}

const tokens = new WeakMap<object, string>()

function tokenOf (claims: object): string {
  const token = tokens.get(claims) ?? issuer.token(claims)
  tokens.set(claims, token)
  return token
}

/** Reads an answer, whose body is empty or an object in JSON. */
export function answered (raw: string): Answered {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const [status = '', ...fields] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const [name, value] = [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  const body = rest.join('\r\n\r\n')
  // Without the lengths of chunks.
  const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)
  return { status: Number(status.split(' ')[1]), headers, body: json }
}

const gatewaysOwn = [
  'api-version', 'api-version-requested', 'vary', 'deprecation', 'sunset', 'link', 'cache-control', 'retry-after', 'www-authenticate', 'x-version-reason'
]

/** What the gateway adds to answers. */
export function ownHeaders (headers: Readonly<Record<string, string>>, except: readonly string[] = []): Record<string, string | undefined> {
  const names = gatewaysOwn.filter((name) => headers[name] !== undefined && !except.includes(name))
  return Object.fromEntries(names.map((name) => [name, headers[name]]))
}
