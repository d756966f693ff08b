import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ExplainedRequest } from '../../../types/index.ts'
import { scopeOf } from '../../stage/context.ts'
import { splitAbsolute } from '../../http/request-target.ts'
import type { Route, Routes } from './route-table.ts'

const silent = (): void => {}
const noLog = { info: silent, warn: silent, error: silent, debug: silent, trace: silent, fatal: silent, silent, level: 'silent' }

/**
 * Makes a simulated request with the properties that resolvers read, and finds its route.
 *
 * @param routes `null` for a caller without a request, which has no route
 */
export function rehearsedRequest (
  app: FastifyInstance, explained: ExplainedRequest, routes: Routes | null
): { request: FastifyRequest, route: Route | null } {
  const { method = 'GET', headers: given = {}, url = scopeOf(app).prefixes[0]?.prefix || '/' } = explained
  const [authority = 'localhost'] = splitAbsolute(url)
  const lines = linesOf(given, authority)
  const raw = {
    method,
    url,
    headers: joined(lines),
    rawHeaders: lines.flat(),
    httpVersion: '1.1',
    httpVersionMajor: 1,
    socket: {}
  } as unknown as IncomingMessage
  const named = raw.headers.host ?? authority
  const route = routes?.find(method, url, named, raw.headers['accept-version'] as string | undefined) ?? null
  const request = {
    id: 'explained',
    raw,
    method,
    headers: raw.headers,
    get url () { return raw.url },
    originalUrl: url,
    query: { ...parse(url.split('?').slice(1).join('?')) },
    params: { ...route?.params },
    host: named,
    hostname: named.replace(/:\d+$/, ''),
    protocol: 'http',
    ip: '127.0.0.1',
    log: noLog,
    server: app,
    routeOptions: { method, url: route?.url, config: { ...route?.config } },
    identity: null,
    version: null
  } as unknown as FastifyRequest
  return { request, route }
}

/** Lists each field separately, and adds a `Host` field to a request without one. */
function linesOf (given: NonNullable<ExplainedRequest['headers']>, authority: string): Array<[name: string, value: string]> {
  const hasHost = Object.keys(given).some((name) => name.toLowerCase() === 'host')
  return Object.entries({ ...!hasHost && { host: authority }, ...given }).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value as string]))
}

/** Joins fields as Node does: for some only the first counts, and cookies have their own separator. */
function joined (lines: ReadonlyArray<[name: string, value: string]>): IncomingHttpHeaders {
  const headers: Record<string, string> = {}
  for (const [given, value] of lines) {
    const name = given.toLowerCase()
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (!firstCounts.has(name)) headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return headers
}

const firstCounts = new Set(['authorization', 'content-type', 'host', 'origin', 'user-agent'])
