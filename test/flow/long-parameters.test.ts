import { once } from 'node:events'
import { connect } from 'node:http2'
import t, { type Test } from 'tap'
import versionGateway from '../../lib/index.ts'
import { listen, makeApp } from '../helpers/gateway.ts'
import { makeHttp2App } from '../helpers/http2.ts'
import { sendRaw } from '../helpers/raw.ts'
import { startUpstream } from '../helpers/upstream.ts'

// Fastify responds 414 to a parameter that is too long before any hook runs. Under the prefix, the gateway refuses it.

async function startAt (t: Test, prefix: string, app = makeApp(t)) {
  const seen: string[] = []
  const upstream = await startUpstream(t, 'v1', ({ url }, response) => {
    seen.push(url!)
    response.end('ok')
  })
  await app.register(versionGateway, { prefix, versions: { latest: { upstream } } })
  return { origin: await listen(app), seen }
}

const problem = { code: 'REQUEST_TARGET_TOO_LONG', status: 414, requestId: /./ }

for (const [what, prefix, path] of [
  ['the last segment of the prefix', '/t/:tenant', `/t/${'a'.repeat(101)}/x?y=1`],
  ['a bare prefix', '/t/:tenant', `/t/${'a'.repeat(101)}`],
  ['a prefix in the middle', '/:tenant/api', `/${'a'.repeat(101)}/api/x`],
  ['encoded characters', '/t/:tenant', `/t/${'%C3%A9'.repeat(101)}/x`],
  ['a parameter with a pattern', '/t/:tenant(^\\d+$)', `/t/${'1'.repeat(101)}/x`]
] as const) {
  for (const method of ['GET', 'POST', 'TRACE']) {
    t.test(`a parameter that is too long gets a problem: ${what}, ${method}`, async (t) => {
      const { origin, seen } = await startAt(t, prefix)

      const response = await sendRaw(t, origin, [`${method} ${path} HTTP/1.1`, 'Host: a.test'])

      t.match(response, /^HTTP\/1\.1 414 [^]*content-type: application\/problem\+json/)
      t.match(JSON.parse(response.split('\r\n\r\n')[1]!), problem)
      t.strictSame(seen, [])
    })
  }
}

t.test('an upgrade with such a parameter gets a problem, too', async (t) => {
  const { origin } = await startAt(t, '/t/:tenant')

  const response = await sendRaw(t, origin, [`GET /t/${'a'.repeat(101)}/ws HTTP/1.1`, 'Host: a.test', 'Upgrade: websocket', 'Connection: upgrade'])

  t.match(response, /^HTTP\/1\.1 414 [^]*application\/problem\+json/)
})

t.test('a request with such a parameter over HTTP/2 gets a problem, too', async (t) => {
  const { app } = await makeHttp2App(t)
  const { origin } = await startAt(t, '/t/:tenant', app)

  const session = connect(origin)
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': `/t/${'a'.repeat(101)}/x` })
  const [headers] = await once(stream, 'response')

  t.match(headers, { ':status': 414, 'content-type': 'application/problem+json' })
})

t.test('a parameter of the longest length and a long rest of the path are forwarded', async (t) => {
  const { origin, seen } = await startAt(t, '/t/:tenant')
  const path = `/t/${'a'.repeat(100)}/${'b'.repeat(300)}`

  const response = await fetch(origin + path)

  t.equal(response.status, 200)
  t.strictSame(seen, [`/${'b'.repeat(300)}`])
})

t.test('the limit of the app applies', async (t) => {
  const { origin, seen } = await startAt(t, '/t/:tenant', makeApp(t, { routerOptions: { maxParamLength: 200 } }))

  const statuses = [await fetch(`${origin}/t/${'a'.repeat(200)}/x`), await fetch(`${origin}/t/${'a'.repeat(201)}/x`)].map(({ status }) => status)

  t.strictSame(statuses, [200, 414])
  t.strictSame(seen, ['/x'])
})

t.test('outside the prefix, Fastify refuses the request itself', async (t) => {
  const app = makeApp(t)
  app.get('/own/:id', async () => 'own')
  const { origin } = await startAt(t, '/t/:tenant', app)

  const response = await fetch(`${origin}/own/${'a'.repeat(101)}`)

  t.equal(response.status, 414)
  t.match(await response.json(), { code: 'FST_ERR_MAX_PARAM_LENGTH' })
})
