import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import type { ExplainedRequest } from '../../../types/index.ts'
import { openSocket, sendRaw } from '../raw.ts'
import { issuer } from './start.ts'

/** A request as a worked case describes it. */
export interface CaseRequest {
  method?: string
  path?: string
  host?: string
  /** Header lines such as `api-version: v2`. */
  lines?: readonly string[]
  /** The claims of a valid token in the request. */
  claims?: object
}

export interface CaseResponse {
  status: number
  /** Headers by lower-case name, with repeated lines joined. */
  headers: Record<string, string>
  body: string
}

/** Sends a request with exactly these lines. */
export async function sendRequest (t: Test, origin: string, request: CaseRequest): Promise<CaseResponse> {
  const lines = [`${request.method ?? 'GET'} ${request.path ?? '/orders'} HTTP/1.1`, `Host: ${request.host ?? 'api.test'}`, ...fieldsOf(request)]
  if (!lines.some((line) => line.startsWith('Upgrade:'))) return parseResponse(await sendRaw(t, origin, lines))
  const socket = await openSocket(t, origin)
  socket.on('error', () => {}).write([...lines, '', ''].join('\r\n'))
  return parseResponse(await text(socket))
}

/** Converts a request for `app.versions.explain()`. */
export function toExplain (request: CaseRequest): ExplainedRequest {
  const headers: Record<string, string[]> = { host: [request.host ?? 'api.test'] }
  for (const line of fieldsOf(request)) {
    const [, name, value] = /^([^:]*):(.*)$/s.exec(line)!
    // Node decodes headers as Latin-1.
    headers[name!.toLowerCase()] = [...headers[name!.toLowerCase()] ?? [], Buffer.from(value!.trim()).toString('latin1')]
  }
  return { method: request.method ?? 'GET', url: request.path ?? '/orders', headers }
}

function fieldsOf ({ lines = [], claims }: CaseRequest): readonly string[] {
  return claims === undefined ? lines : [...lines, `Authorization: Bearer ${tokenOf(claims)}`]
}

const tokens = new WeakMap<object, string>()

function tokenOf (claims: object): string {
  const token = tokens.get(claims) ?? issuer.token(claims)
  tokens.set(claims, token)
  return token
}

/** Parses a response whose body is empty or a JSON object. */
export function parseResponse (raw: string): CaseResponse {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const [status = '', ...fields] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const [name, value] = [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  const body = rest.join('\r\n\r\n')
  // Without the chunk sizes.
  const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)
  return { status: Number(status.split(' ')[1]), headers, body: json }
}

const ownNames = [
  'api-version', 'api-version-requested', 'vary', 'deprecation', 'sunset', 'link', 'cache-control', 'retry-after', 'www-authenticate', 'x-version-reason'
]

/** Returns the headers that the gateway adds to responses. */
export function gatewayHeaders (headers: Record<string, string>, except: readonly string[] = []): Record<string, string | undefined> {
  const names = ownNames.filter((name) => headers[name] !== undefined && !except.includes(name))
  return Object.fromEntries(names.map((name) => [name, headers[name]]))
}
