import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { type AddressInfo } from 'node:net'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { VerifyIdentityOptions } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { readResponse, makeHttp2App } from '../helpers/http2.ts'
import { makeIssuer } from '../helpers/issuer.ts'
import { openSocket, sendRaw } from '../helpers/raw.ts'
import { readHead } from '../helpers/upgrades.ts'

const issuer = makeIssuer()
const claims = { version: 'v2', tenant: { id: 'acme' }, admin: false }
const projected: Record<string, string> = { 'x-target-version': 'v2', 'x-tenant-id': 'acme', 'x-admin': 'false' }
/** Also owned: by a pattern, by a claim that no token has, and by the gateway itself. */
const owned = [...Object.keys(projected), 'x-user-id', 'x-user-role', 'x-nothing', 'api-version', 'x-forwarded-for', 'x-forwarded-host', 'forwarded', 'x-real-ip']
const absent = ['x-user-id', 'x-user-role', 'x-nothing']
const token = issuer.token(claims)

const identity: VerifyIdentityOptions = {
  providers: [issuer.provider({
    claimsToHeaders: [
      { claim: 'version', header: 'x-target-version' }, { claim: 'tenant.id', header: 'X-Tenant-Id' }, { claim: 'admin', header: 'x-admin' },
      { claim: 'nothing', header: 'x-nothing' }
    ]
  })]
}

/** A name as a client may spell it: in any case, with `_` and `.` for `-`. */
const spelling = fc.tuple(fc.constantFrom(...owned), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), fc.array(fc.constantFrom('-', '_', '.'), { minLength: 2, maxLength: 2 }))
  .map(([name, upper, separators]) => {
    let separator = 0
    return [...name].map((character, index) => character === '-' ? separators[separator++ % 2] : upper[index % 20] === true ? character.toUpperCase() : character).join('')
  })
const value = fc.constantFrom('v1', 'other', 'true', '', ' ', 'a, b', 'acme\xe9', "'; drop", '127.0.0.1', '\t')
/** Random parts of a request: spellings of owned names, `Connection` lists with them, trailers, and a token or none. */
const hostile = fc.record({
  fields: fc.array(fc.tuple(spelling, value), { maxLength: 8 }),
  connection: fc.array(fc.oneof(spelling, fc.constantFrom('close', 'authorization', 'keep-alive', 'cookie', ' ', 'x-other')), { maxLength: 4 }),
  trailers: fc.array(fc.tuple(spelling, value), { maxLength: 3 }),
  hasToken: fc.boolean(),
  isFirst: fc.boolean()
})
type Hostile = Parameters<Parameters<typeof fc.property<[typeof hostile extends fc.Arbitrary<infer T> ? T : never]>>[1]>[0]

/** Starts a gateway to an upstream that records requests and upgrades. */
async function startSpoofable (t: Test, app = makeApp(t)) {
  const seen: Array<Pick<IncomingMessage, 'rawHeaders' | 'rawTrailers'>> = []
  const server = createServer((request, response) => {
    request.resume().on('end', () => { seen.push(request); response.end('ok') })
  })
  server.on('upgrade', (request, socket) => {
    seen.push(request)
    socket.on('error', () => {}).end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await app.register(versionGateway, { versions: { latest: { upstream } }, identity, sanitize: { owned: ['x-user-*'] } })
  return { origin: await listen(app), seen }
}

const fold = (name: string): string => name.toLowerCase().replaceAll(/[_.]/g, '-')

/** Returns the values that an upstream received under all spellings of a name. */
function valuesOf ({ rawHeaders, rawTrailers }: Pick<IncomingMessage, 'rawHeaders' | 'rawTrailers'>, name: string): string[] {
  const all = [...rawHeaders, ...rawTrailers]
  return all.filter((_, index) => index % 2 === 1 && fold(all[index - 1]!) === name)
}

/** Returns what is wrong with the headers that an upstream received; `undefined` if they are correct. */
function faultsOf (request: Pick<IncomingMessage, 'rawHeaders' | 'rawTrailers'> | undefined, hasToken: boolean): string[] {
  if (request === undefined) return ['nothing arrived']
  const expected: Array<[name: string, values: string[]]> = [
    ...Object.entries(projected).map(([name, value]): [string, string[]] => [name, hasToken ? [value] : []]),
    ...absent.map((name): [string, string[]] => [name, []]),
    ['api-version', ['latest']],
    ['x-real-ip', valuesOf(request, 'x-real-ip').filter((value) => value === '127.0.0.1').slice(0, 1)]
  ]
  return expected.flatMap(([name, values]) => {
    const found = valuesOf(request, name)
    return JSON.stringify(found) === JSON.stringify(values) ? [] : [`${name}: ${JSON.stringify(found)}`]
  })
}

const authorization = (hasToken: boolean): string[] => hasToken ? [`Authorization: Bearer ${token}`] : []
const linesOf = ({ fields, hasToken, isFirst }: Hostile): string[] => {
  const lines = fields.map(([name, value]) => `${name}: ${value}`)
  return isFirst ? [...authorization(hasToken), ...lines] : [...lines, ...authorization(hasToken)]
}

t.test('over HTTP/1.1, an owned header is either absent or has exactly the gateway\'s value', async (t) => {
  const { origin, seen } = await startSpoofable(t)

  await fc.assert(fc.asyncProperty(hostile, async (request) => {
    seen.length = 0
    const { connection, trailers, hasToken } = request
    const chunks = ['2\r\nhi\r\n0', ...trailers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
    const response = await sendRaw(t, origin, [
      'POST /orders HTTP/1.1', 'Host: api.test', 'Transfer-Encoding: chunked', `Connection: ${connection.join(',')}`, ...linesOf(request)
    ], chunks)

    if (!response.startsWith('HTTP/1.1 200')) throw new Error(response)
    const faults = faultsOf(seen[0], hasToken)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }), { numRuns: 150 })
})

t.test('over HTTP/2, an owned header is either absent or has exactly the gateway\'s value', async (t) => {
  const { app, scheme } = await makeHttp2App(t)
  const { origin, seen } = await startSpoofable(t, app)
  const session = connect(origin.replace('http:', scheme))
  t.teardown(() => session.destroy())

  await fc.assert(fc.asyncProperty(hostile, async ({ fields, trailers, hasToken }) => {
    seen.length = 0
    // Names are in lower case over HTTP/2 (RFC 9113 8.2.1), and a name can have several fields.
    const headers: Record<string, string | string[]> = { ':method': 'POST', ':path': '/orders', ...hasToken && { authorization: `Bearer ${token}` } }
    for (const [name, value] of fields) headers[name.toLowerCase()] = [headers[name.toLowerCase()] ?? [], value.trim()].flat()
    const stream = session.request(headers, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(Object.fromEntries(trailers.map(([name, value]) => [name.toLowerCase(), value.trim()]))))
    stream.end('hi')
    const response = await readResponse(stream)

    if (response.status !== 200) throw new Error(`${response.status} ${response.body}`)
    const faults = faultsOf(seen[0], hasToken)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }), { numRuns: 150 })
})

t.test('in a WebSocket handshake, an owned header is either absent or has exactly the gateway\'s value', async (t) => {
  const { origin, seen } = await startSpoofable(t)

  await fc.assert(fc.asyncProperty(hostile, async (request) => {
    seen.length = 0
    const socket = await openSocket(t, origin)
    socket.on('error', () => {}).write([
      'GET /live HTTP/1.1', 'Host: api.test', `Connection: ${['Upgrade', ...request.connection].filter((name) => name !== 'close').join(',')}`, 'Upgrade: websocket',
      'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...linesOf(request), '', ''
    ].join('\r\n'))
    const head = await readHead(socket)
    socket.destroy()

    if (!head.startsWith('HTTP/1.1 101')) throw new Error(head)
    const faults = faultsOf(seen[0], request.hasToken)
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }), { numRuns: 150 })
})
