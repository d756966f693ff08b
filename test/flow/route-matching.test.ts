import { test, type Test } from 'tap'
import { startGateway } from '../helpers/gateway.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'
import type { RouteConfig } from '../../types/index.ts'

const routes: RouteConfig[] = [
  { name: 'admin', matches: [{ path: { prefix: '/admin' } }], respond: { status: 403 } },
  { name: 'beta', matches: [{ path: { prefix: '/orders' }, headers: { 'x-beta': 'true' } }], to: 'v2' },
  { name: 'owned', matches: [{ path: { prefix: '/orders' }, headers: { 'x-target-version': 'v2' } }], to: 'v2' },
  { name: 'session', matches: [{ path: { prefix: '/session' }, cookies: { session: '1' } }], to: 'v2' },
  { name: 'files', matches: [{ path: { prefix: '/files' } }, { path: { prefix: '/orders' } }], to: 'latest' }
]

async function statusOf (t: Test, origin: string, path: string): Promise<number> {
  const response = await sendRaw(t, origin, [`GET ${path} HTTP/1.1`, 'Host: api.test'])
  return Number(response.split(' ', 2)[1])
}

const cases: Array<[path: string, status: number]> = [
  ['/admin', 403],
  ['/admin/users', 403],
  ['/%61dmin', 400],
  ['/admin;x/users', 400],
  ['/admin%2Fusers', 400],
  ['/files;%2Fx/a', 400],
  ['/files/a;%5Cx', 400],
  ['/files//a', 200],
  ['/files/group%2Fproject', 200],
  ['/files/a;v=1', 200],
  ['/files/./a', 400],
  ['/files/%2e%2e/admin', 400],
  ['/files/%zz', 400],
  ['/other', 404],
  ['/administrators', 404]
]
for (const [path, status] of cases) {
  test(`with rules, the response to ${path} is ${status}`, async (t) => {
    const { origin } = await startGateway(t, { routes })

    t.equal(await statusOf(t, origin, path), status)
  })
}

const hosts: Array<[title: string, lines: string[], status: number]> = [
  ['names the host of a rule in its target', ['GET http://admin.test/ HTTP/1.0'], 403],
  ['names another host', ['GET http://api.test/ HTTP/1.0'], 301],
  ['names two hosts', ['GET / HTTP/1.1', 'Host: api.test', 'Host: evil.test'], 400],
  ['names a host with credentials', ['GET / HTTP/1.1', 'Host: api.test@evil.test'], 400],
  ['names a list of hosts', ['GET / HTTP/1.1', 'Host: evil.test, api.test'], 400],
  ['names a host with an empty label', ['GET / HTTP/1.1', 'Host: admin.test..'], 400],
  ['names no host for a redirect', ['GET / HTTP/1.0'], 400]
]
for (const [title, lines, status] of hosts) {
  test(`with rules, the response to a request that ${title} is ${status}`, async (t) => {
    const { origin } = await startGateway(t, {
      routes: [{ name: 'admin', hosts: ['admin.test'], respond: { status: 403 } }, { name: 'rest', redirect: { scheme: 'https', status: 301 } }]
    })

    const response = await sendRaw(t, origin, lines)

    t.equal(Number(response.split(' ', 2)[1]), status)
  })
}

test('a path that is not in normal form is forwarded as received', async (t) => {
  const { see } = await startGateway(t, { routes })

  const { path } = await see('/files/group%2Fproject;v=1')

  t.equal(path, '/files/group%2Fproject;v=1')
})

const varying: Array<[path: string, included: string[], missing: string[]]> = [
  ['/orders', ['x-beta'], ['cookie', 'x-target-version']],
  ['/files', [], ['x-beta', 'cookie']],
  ['/session', ['cookie'], ['x-beta']]
]
for (const [path, included, missing] of varying) {
  test(`the response to ${path} varies by the headers that its rules read`, async (t) => {
    const { send } = await startGateway(t, { routes })

    const response = await send(path)

    const vary = (response.headers.get('vary') ?? '').split(', ')
    t.same(included.filter((name) => !vary.includes(name)), [])
    t.same(missing.filter((name) => vary.includes(name)), [])
  })
}

test('rules are replaced under load without a failed request', async (t) => {
  const versions = { latest: { upstream: await startUpstream(t, 'latest') }, v2: { upstream: await startUpstream(t, 'v2') } }
  const { app, send } = await startGateway(t, { versions, routes: [{ name: 'all', to: 'latest' }] })
  const responses: Array<Promise<Response>> = []

  for (let index = 0; index < 100; index++) {
    app.versions.update({ versions, routes: [{ name: `rule-${index}`, to: index % 2 === 0 ? 'latest' : 'v2' }] })
    responses.push(send('/files'))
    if (index % 10 === 0) await Promise.all(responses)
  }

  const statuses = (await Promise.all(responses)).map(({ status }) => status)
  t.strictSame(statuses, Array.from({ length: 100 }, () => 200))
})
