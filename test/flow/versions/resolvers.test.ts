import type { RequestListener } from 'node:http'
import t from 'tap'
import { fromCookie, fromHeader, fromHost, fromMediaType, fromPath, fromQuery, fromSubprotocol } from '../../../lib/index.ts'
import type { ResolveOptions } from '../../../types/index.ts'
import { openWebSocket, startWebSockets } from '../../helpers/websocket.ts'
import { sendAndExplain } from '../../helpers/worked-cases/explained.ts'
import { versionHeader } from '../../helpers/worked-cases/case.ts'
import type { CaseRequest } from '../../helpers/worked-cases/send.ts'
import { startCase } from '../../helpers/worked-cases/start.ts'

const underApi = { gateway: { prefix: '/api' } as object }
const redirects = (location: string): RequestListener => (_request, response) => { response.writeHead(302, { location }).end('{}') }
const byVendor = [fromMediaType({ vendor: 'acme' }), fromMediaType({ vendor: 'acme', header: 'content-type' })]
const byHost = [fromHost({ 'v2.api.test': 'v2', 'old.api.test': 'v9' })]
const byCookie = [fromHeader('api-version'), fromCookie('ver')]

/** Resolvers and requests, with the version that is selected and the path that the upstream receives, or the refusal. */
const rows: Array<[title: string, override: ResolveOptions['override'] & object, request: CaseRequest, outcome: string, rest: string, vary?: string]> = [
  ['a query', [fromQuery('v')], { path: '/a?b=%2F+%20&v=v2&&c=' }, 'v2', '/a?b=%2F+%20&&c='],
  ['only a query', [fromQuery('v')], { path: '/a?v=V2' }, 'v2', '/a'],
  ['a query with an encoded name and value', [fromQuery('ver sion')], { path: '/a?ver+sion=v%32&d' }, 'v2', '/a?d'],
  ['the same query twice', [fromQuery('v')], { path: '/a?v=v2&x&v=V2' }, 'v2', '/a?x'],
  ['a query twice', [fromQuery('v')], { path: '/a?v=v2&v=v3' }, '400', 'VERSION_AMBIGUOUS'],
  ['a query without a value', [fromQuery('v')], { path: '/a?v' }, '400', 'VERSION_MALFORMED'],
  ['a query in another case', [fromQuery('v')], { path: '/a?V=v2' }, 'v3', '/a?V=v2'],
  ['a query that is kept', [fromQuery('v', { strip: false })], { path: '/a?v=v2&b' }, 'v2', '/a?v=v2&b'],
  ['an unknown version in a query that may be another\'s', [{ ...fromQuery('v'), onUnknown: 'next' }], { path: '/a?v=v9' }, 'v3', '/a?v=v9'],
  ['a path', [fromPath()], { path: '/v2/orders?a' }, 'v2', '/orders?a'],
  ['a path with a dotted version', [fromPath()], { path: '/v9.0/orders' }, '404', 'VERSION_UNKNOWN'],
  ['a path of a single segment', [fromPath()], { path: '/v2' }, 'v2', '/'],
  ['an unknown version in a path', [fromPath()], { path: '/v9/orders' }, '404', 'VERSION_UNKNOWN'],
  ['an unknown version in a path that may be a place', [{ ...fromPath(), onUnknown: 'next' }], { path: '/v9/orders' }, 'v3', '/v9/orders'],
  ['a path without a version', [fromPath()], { path: '/vault/1' }, 'v3', '/vault/1'],
  ['a retired version in a path', [fromPath()], { path: '/v1/orders' }, '410', 'VERSION_RETIRED'],
  ['a path and a different query', [fromPath(), fromQuery('v')], { path: '/v2/a?v=v3' }, '400', 'VERSION_AMBIGUOUS'],
  ['a path and an equal query', [fromPath(), fromQuery('v')], { path: '/v2/a?v=v2&b' }, 'v2', '/a?b'],
  ['a media type', byVendor, { lines: ['Accept: application/vnd.acme.v2+json'] }, 'v2', '/orders', 'accept, content-type'],
  ['the best media type', byVendor, { lines: ['Accept: application/vnd.acme.v3+json;q=0.5, application/vnd.acme+json;version=v2'] }, 'v2', '/orders', 'accept, content-type'],
  ['an unknown version in Accept', byVendor, { lines: ['Accept: application/vnd.acme.v9+json'] }, '406', 'VERSION_UNKNOWN', 'accept, content-type'],
  ['an unknown version in Content-Type', byVendor, { lines: ['Content-Type: application/vnd.acme.v9+json'] }, '415', 'VERSION_UNKNOWN', 'accept, content-type'],
  ['Accept against Content-Type', byVendor, { lines: ['Accept: application/vnd.acme.v2+json', 'Content-Type: application/vnd.acme.v3+json'] },
    '400', 'VERSION_AMBIGUOUS', 'accept, content-type'],
  ['a host', byHost, { host: 'V2.api.test:8080' }, 'v2', '/orders', 'host, x-forwarded-host'],
  ['another host', byHost, {}, 'v3', '/orders', 'host, x-forwarded-host'],
  ['a host of an unknown version', byHost, { host: 'old.api.test' }, '400', 'VERSION_UNKNOWN', 'host, x-forwarded-host'],
  ['a cookie', byCookie, { lines: ['Cookie: a=1; ver="v2"'] }, 'v2', '/orders', 'api-version, cookie'],
  ['a cookie that is weak', byCookie, { lines: [...versionHeader('v3'), 'Cookie: ver=v9'] }, 'v3', '/orders', 'api-version, cookie'],
  ['an unknown version in a cookie', byCookie, { lines: ['Cookie: ver=v9'] }, '400', 'VERSION_UNKNOWN', 'api-version, cookie'],
  ['the first of two that disagree', { resolvers: [fromHeader('api-version'), fromQuery('v')], conflict: 'first' }, { path: '/a?v=v3', lines: versionHeader('v2') }, 'v2', '/a', 'api-version'],
  ['the first, even if it is wrong', { resolvers: [fromHeader('api-version'), fromQuery('v')], conflict: 'first' }, { path: '/a?v=v3', lines: versionHeader('v9') }, '400', 'VERSION_UNKNOWN', 'api-version'],
  ['the first, next to one that is wrong', { resolvers: [fromHeader('api-version'), fromQuery('v')], conflict: 'first' }, { path: '/a?v=v9', lines: versionHeader('v2') }, 'v2', '/a?v=v9', 'api-version']
]

for (const [title, override, request, outcome, rest, vary] of rows) {
  t.test(`${title} results in ${outcome} ${rest}`, async (t) => {
    const started = await startCase(t, { resolve: { override, pin: [] } })

    const { status, headers, seen } = await sendAndExplain(t, started, request)

    t.strictSame(status === 200 ? [seen.servedBy, seen.path] : [String(status), seen.code], [outcome, rest])
    t.equal(headers['vary'], vary)
  })
}

t.test('a version in the path is removed before forwarding and added to X-Forwarded-Prefix', async (t) => {
  const started = await startCase(t, { ...underApi, resolve: { override: [fromPath()] } })

  const { seen } = await sendAndExplain(t, started, { path: '/api/V2/orders?a=%2f' })
  const { seen: plain } = await sendAndExplain(t, started, { path: '/api/orders' })

  t.hasStrict(seen, { servedBy: 'v2', path: '/orders?a=%2f' })
  t.equal(seen.headers?.['x-forwarded-prefix'], '/api/V2')
  t.hasStrict(plain, { servedBy: 'v3', path: '/orders' })
  t.equal(plain.headers?.['x-forwarded-prefix'], '/api')
})

for (const [where, override, path, outside] of [
  ['the path', fromPath(), '/api/v2/orders', '/api/v2/login?a=1#b'],
  ['the query', fromQuery('v'), '/api/orders?v=v2', '/api/login?a=1&v=v2#b']
] as const) {
  t.test(`a redirect contains the version in ${where}`, async (t) => {
    const started = await startCase(t, { ...underApi, upstreams: { v2: redirects('/login?a=1#b') }, resolve: { override: [override] } })

    const { headers } = await sendAndExplain(t, started, { path })

    t.equal(headers['location'], outside)
  })
}

for (const [offered, selects, forwarded, echoed] of [
  [['api-version.v2', 'chat', 'superchat'], true, 'chat, superchat', 'chat'],
  [['chat', 'api-version.v2'], true, 'chat', 'chat'],
  [['api-version.v2'], true, undefined, 'api-version.v2'],
  [['chat', 'api-version.v2'], false, 'chat', 'api-version.v2'],
  [['chat'], true, 'chat', 'chat']
] as const) {
  t.test(`a WebSocket that offers ${offered} gets ${echoed} if the upstream selects ${selects ? 'the first' : 'none'}`, async (t) => {
    const upstream = await startWebSockets(t, undefined, selects ? {} : { handleProtocols: () => false })
    const version = { upstream: upstream.origin }
    const { origin, decisions } = await startCase(t, { versions: { v2: version, v3: version }, resolve: { override: [fromSubprotocol()] } })

    const { protocol } = await openWebSocket(t, origin, {}, [...offered])

    t.equal(protocol, echoed)
    t.equal(upstream.requests[0]?.headers['sec-websocket-protocol'], forwarded)
    t.equal(decisions[0]?.id, offered.length === 1 && offered[0] === 'chat' ? 'v3' : 'v2')
  })
}

t.test('a WebSocket can name its version in the query, too', async (t) => {
  const upstream = await startWebSockets(t)
  const { origin } = await startCase(t, { versions: { v2: { upstream: upstream.origin } }, resolve: { override: [fromQuery('v')] } })

  await openWebSocket(t, `${origin}/live?a&v=v2`)

  t.equal(upstream.requests[0]?.url, '/live?a')
})
