import { test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import type { RouteCors } from '../../types/index.ts'

const cors: RouteCors = { origins: ['https://app.test', 'https://*.app.test'], methods: ['GET', 'PUT'], headers: ['x-a'], exposed: ['x-b'], credentials: true, maxAge: 60 }
const preflight = (origin: string): RequestInit => ({
  method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a' }
})
const allowed = {
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-b',
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'x-a',
  'access-control-max-age': '60'
}

function corsOf ({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

for (const origin of ['https://app.test', 'https://a.b.app.test']) {
  test(`a rule with cors responds to preflights of ${origin} without a token`, async (t) => {
    const { send } = await startGateway(t, { routes: [{ name: 'all', cors }] })

    const response = await send('/', preflight(origin))

    t.equal(response.status, 204)
    t.strictSame(corsOf(response), { 'access-control-allow-origin': origin, ...allowed })
    t.match(response.headers.get('vary'), /origin/)
  })
}

for (const origin of ['https://evil.test', 'https://evilapp.test', 'https://app.test.evil', 'https://evil.test/.app.test', 'null']) {
  test(`a preflight of ${origin} gets no permission`, async (t) => {
    const { send } = await startGateway(t, { routes: [{ name: 'all', cors }] })

    const response = await send('/', preflight(origin))

    t.equal(response.status, 204)
    t.strictSame(corsOf(response), {})
  })
}

test('a preflight asks for the rule of the request that follows', async (t) => {
  const { send } = await startGateway(t, {
    routes: [{ name: 'put', matches: [{ method: 'PUT' }], cors }, { name: 'rest', cors: { origins: ['https://other.test'] } }]
  })

  const response = await send('/', preflight('https://app.test'))

  t.match(corsOf(response), { 'access-control-allow-origin': 'https://app.test' })
})

test('responses and refusals carry the permissions, and those of the upstream are dropped', async (t) => {
  const { send } = await startGateway(t, { routes: [{ name: 'all', cors: { origins: ['*'] } }] })
  const headers = { origin: 'https://any.test' }

  const [served, refused] = await Promise.all([send('/', { headers }), send('/', { headers: { ...headers, authorization: 'Bearer x' } })])

  t.equal(refused.status, 401)
  t.strictSame([served, refused].map(corsOf), [{ 'access-control-allow-origin': '*' }, { 'access-control-allow-origin': '*' }])
})

const lists: Array<[sentence: string, cors: RouteCors, permissions: object]> = [
  ['only what Fetch always allows', { origins: ['*'] }, { 'access-control-allow-methods': 'GET, HEAD, POST', 'access-control-max-age': '5' }],
  ['everything', { origins: ['*'], methods: ['*'], headers: ['*'] }, { 'access-control-allow-methods': '*', 'access-control-allow-headers': '*' }],
  ['what the browser asks for, with credentials', { origins: ['https://app.test'], methods: ['*'], headers: ['*'], credentials: true }, {
    'access-control-allow-methods': 'PUT', 'access-control-allow-headers': 'x-a'
  }]
]
for (const [sentence, cors, permissions] of lists) {
  test(`a preflight may be allowed ${sentence}`, async (t) => {
    const { send } = await startGateway(t, { routes: [{ name: 'all', cors }] })

    const response = await send('/', preflight('https://app.test'))

    t.match(corsOf(response), permissions)
  })
}

test('with credentials, a preflight that asks for no headers gets none', async (t) => {
  const { send } = await startGateway(t, { routes: [{ name: 'all', cors: { origins: ['https://app.test'], headers: ['*'], credentials: true } }] })

  const response = await send('/', { method: 'OPTIONS', headers: { origin: 'https://app.test', 'access-control-request-method': 'GET' } })

  t.notOk('access-control-allow-headers' in corsOf(response))
})

test('a preflight that no rule matches gets no permission', async (t) => {
  const { send } = await startGateway(t, { routes: [{ name: 'orders', matches: [{ path: { prefix: '/orders' } }] }] })

  const response = await send('/other', preflight('https://app.test'))

  t.equal(response.status, 404)
  t.strictSame(corsOf(response), {})
})
