import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, ProxyAgent } from 'undici'
import type { RemoteKeysOptions } from '../../../types/index.ts'
import { hasPem, pemRemedy } from '../../identity/pem-to-jwks.ts'
import { fieldValue, type RawHeaders } from '../../http/raw-headers.ts'
import { isLoopback } from '../../identity/safe-source.ts'
import { globalDispatcher } from '../../server/upstream/global-dispatcher.ts'
import { collectResponse } from '../../transport/collect-response.ts'
import { DispatcherHandler } from '../../transport/dispatcher-handler.ts'
import { dispatchGuarded, guardedClient } from '../../transport/guarded-client.ts'
import { fetchRemedy, KeyFetchError } from './key-fetch-error.ts'
import { isExempt, proxiesOf } from './proxy-environment.ts'

type Options = Pick<RemoteKeysOptions, 'headers' | 'proxy' | 'ca' | 'dispatcher'> & {
  /** For the whole fetch, including the connection. */
  timeoutMs: number
  maxBytes: number
}

/** Fetches JSON. */
export interface JsonClient {
  /**
   * @param remedy what to do if the URL does not have the right document
   * @throws KeyFetchError unless a complete, valid response with status 200 arrives in time
   */
  fetch (url: URL, remedy: string): Promise<unknown>
  /** Aborts fetches in flight and closes the connections. */
  close (): Promise<void>
}

const decoders: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress)
}

/** Some issuers only offer one of the types; some firewalls refuse clients without a `User-Agent`. */
const defaultHeaders = {
  accept: 'application/jwk-set+json, application/json;q=0.9, */*;q=0.1',
  'accept-encoding': 'gzip, deflate, br',
  'user-agent': 'fastify-version-gateway'
}

/** A client for untrusted servers: it limits time and size, and follows no redirects. */
export function jsonClient (options: Options): JsonClient {
  const { timeoutMs, maxBytes, headers, proxy } = options
  const all = { ...defaultHeaders, ...lowerCased(headers) }
  const direct = agentOf(options, false)
  const others = agentOf(options, proxy)
  const usesGlobal = proxy === undefined && options.ca === undefined

  async function get (url: URL, remedy: string): Promise<unknown> {
    const target = { origin: url.origin, path: url.pathname + url.search, method: 'GET', headers: all } as const
    const ofApp = (options.dispatcher as Dispatcher | undefined) ?? (usesGlobal ? globalDispatcher() : undefined)
    // A proxy elsewhere cannot reach this machine's loopback.
    const own = proxy === undefined && (isLoopback(url) || isExempt(url, process.env)) ? direct : others
    const { status, rawHeaders, body, isCut } = await collectResponse((handler) => {
      if (ofApp === undefined) dispatchGuarded(own, target, handler)
      else ofApp.dispatch(target, new DispatcherHandler(handler))
    }, { signal: AbortSignal.timeout(timeoutMs), maxBytes })
    // Following redirects would let an open redirect of the issuer lead to an attacker's keys.
    if (status !== 200) throw KeyFetchError.ofResponse(url, status, rawHeaders, remedy)
    if (isCut) throw new errors.ResponseExceededMaxSizeError()
    return parse(url, rawHeaders, await decoded(body, fieldValue(rawHeaders, 'content-encoding'), maxBytes), remedy)
  }

  return {
    async fetch (url, remedy) {
      try {
        return await get(url, remedy)
      } catch (error) {
        throw error instanceof KeyFetchError ? error : new KeyFetchError(url, ...fetchRemedy(error as Error, timeoutMs), { cause: error })
      }
    },
    async close () { await Promise.all([direct.destroy(), others.destroy()]) }
  }
}

function agentOf ({ timeoutMs, ca }: Options, proxy: Options['proxy']): Dispatcher {
  const tls = { ...ca !== undefined && { ca: ca as string }, allowH2: false }
  // Proxies usually allow tunnels to port 443 only, so requests for plain HTTP are sent to them directly.
  const options = { connect: { timeout: timeoutMs, ...tls }, allowH2: false, proxyTunnel: false, factory: guardedClient }
  if (proxy === false) return new Agent(options)
  if (proxy === undefined) return new EnvHttpProxyAgent({ ...options, ...proxiesOf(process.env), requestTls: tls })
  return new ProxyAgent({ ...options, uri: proxy, requestTls: tls })
}

export function lowerCased (headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Limits the decoded size, because a few bytes may decode to gigabytes. */
async function decoded (body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase()
  if (name === 'identity' || name === '') return body
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (decode === undefined) throw new Error('the response has a Content-Encoding that was not requested')
  return await decode(body, { maxOutputLength: maxBytes })
}

function parse (url: URL, rawHeaders: RawHeaders, body: Buffer, remedy: string): unknown {
  const text = body.toString().replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch {
    if (hasPem(text)) throw new KeyFetchError(url, 'has PEM, not a JWKS', `${pemRemedy}.`)
    const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+/.exec(fieldValue(rawHeaders, 'content-type') ?? '')?.[0] ?? 'a body without a Content-Type'
    throw new KeyFetchError(url, `returned ${type}, which is not JSON`, remedy)
  }
}
