import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import type { DeclaredRequestHeaders, RequestHeaders } from '../../types/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { bodyOf, sendRaw } from '../helpers/raw.ts'
import { startUpstream, type Seen } from '../helpers/upstream.ts'

/** Starts a gateway with `forward.requestHeaders`. */
async function startWith (t: Test, requestHeaders: RequestHeaders | DeclaredRequestHeaders, request: object = {}) {
  const lines: string[] = []
  const app = makeApp(t, { logger: { level: 'warn', stream: { write: (line: string) => { lines.push(line) } } } })
  app.addHook('preHandler', async ({ headers }) => { headers['x-hook'] = 'hook' })
  const upstream = { targets: await startUpstream(t, 'latest'), headers: { request } }
  await app.register(versionGateway, { versions: { latest: { upstream } }, forward: { requestHeaders } })
  const origin = await listen(app)
  const raw = async (...headers: string[]): Promise<string> => await sendRaw(t, origin, ['GET / HTTP/1.1', 'Host: api.test', ...headers])
  return { raw, lines, send: async (...headers: string[]): Promise<Seen> => bodyOf<Seen>(await raw(...headers)) }
}

t.test('the headers that forward.requestHeaders returns replace those of the client and of hooks', async (t) => {
  const { send } = await startWith(t, ({ url }) => ({ 'X-Tenant': `acme${url}`, cookie: null, 'x-hook': ['1', '2'], 'x-forwarded-for': 'hidden' }))

  const { headers } = await send('X-Tenant: client', 'Cookie: a=1', 'Connection: x-tenant')

  t.match(headers, { 'x-tenant': 'acme/', 'x-hook': '1, 2', 'x-forwarded-for': 'hidden' })
  t.notOk('cookie' in headers)
})

t.test('a client cannot send a header that the function leaves out, and a late name is reported', async (t) => {
  const { send, lines } = await startWith(t, ({ headers }) => headers.authorization === undefined ? {} : { 'x-tenant': 'acme', 'x-other': undefined })
  await send()
  t.equal((await send('Authorization: Basic x')).headers['x-tenant'], 'acme')

  const { headers } = await send('X-Tenant: client', 'X-Other: client')

  t.notOk('x-tenant' in headers || 'x-other' in headers)
  t.strictSame(lines.map((line) => (JSON.parse(line) as { header: string }).header), ['x-tenant', 'x-other'])
})

t.test('a client can never send a declared header, in any spelling', async (t) => {
  const read: RequestHeaders = ({ headers }) => headers.authorization === undefined ? {} : { 'x-tenant': 'acme' }
  const { send, lines } = await startWith(t, { names: ['X-Tenant', 'cookie'], read })

  const first = await send('X-Tenant: client', 'X_Tenant: client', 'Cookie: a=1', 'X-Own: client')
  const second = await send('X-Tenant: client', 'Authorization: Basic x')

  t.strictSame(Object.keys(first.headers).filter((name) => /tenant|cookie|own/.test(name)), ['x-own'])
  t.equal(second.headers['x-tenant'], 'acme')
  t.strictSame(lines, [])
})

t.test('a header that is not declared is owned once the function has returned it, and reported', async (t) => {
  const { send, lines } = await startWith(t, { names: [], read: ({ url }) => url === '/' ? { 'x-tenant': 'acme' } : {} })

  const { headers } = await send('X-Tenant: client')

  t.equal(headers['x-tenant'], 'acme')
  t.match(lines.map((line) => JSON.parse(line) as object), [{ header: 'x-tenant' }])
})

t.test('hop-by-hop headers, the version header and edits of the config outrank the function', async (t) => {
  const { send } = await startWith(t, () => ({ 'api-version': 'x', host: 'x', upgrade: 'x', 'content-length': '1', 'x-set': 'x', 'x-removed': 'x' }),
    { set: { 'x-set': 'config' }, remove: ['x-removed'] })

  const { headers } = await send()

  t.match(headers, { 'api-version': 'latest', 'x-set': 'config', host: /^127/ })
  t.notOk('upgrade' in headers || 'content-length' in headers || 'x-removed' in headers)
})

for (const [title, requestHeaders, message] of [
  ['throws', () => { throw new Error('no tenant') }, 'no tenant'],
  ['returns a promise', (async () => ({})) as unknown as RequestHeaders, 'forward.requestHeaders must return an object with headers, not a promise'],
  ['returns nothing', (() => {}) as unknown as RequestHeaders, 'forward.requestHeaders must return an object with headers, not undefined'],
  ['returns an invalid value', () => ({ 'x-tenant': 'a\r\nx-admin: 1' }), 'x-tenant']
] as const) {
  t.test(`a request is not forwarded if forward.requestHeaders ${title}`, async (t) => {
    const { raw } = await startWith(t, requestHeaders as RequestHeaders)

    const response = await raw()

    t.match(response, /^HTTP\/1\.1 500 /)
    t.ok(response.includes(message))
  })
}

for (const [option, path] of [
  [{ 'x-tenant': 'acme' }, 'forward.requestHeaders'],
  ['x-tenant', 'forward.requestHeaders'],
  [{ names: ['x tenant'], read: () => ({}) }, 'forward.requestHeaders.names[0]'],
  [{ names: ['x-tenant'] }, 'forward.requestHeaders.read'],
  [{ names: ['x-tenant', 'Host'], read: () => ({}) }, 'forward.requestHeaders.names[1]'],
  [{ names: ['Transfer-Encoding'], read: () => ({}) }, 'forward.requestHeaders.names[0]'],
  [{ names: ['content-length'], read: () => ({}) }, 'forward.requestHeaders.names[0]']
] as const) {
  t.test(`forward.requestHeaders must be a function, or names that it can set and a function: ${JSON.stringify(option)}`, async (t) => {
    await t.rejects(startWith(t, option as unknown as RequestHeaders), {
      code: 'VERSION_CONFIG_INVALID', problems: [{ path: new RegExp(`^${path.replace(/[[\]]/g, '\\$&')}`) }]
    })
  })
}
